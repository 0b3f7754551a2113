"""What is said in made-up calls: prompts, replies, summaries. Combined from lists, so that few repeat."""

from __future__ import annotations

import re
from random import Random

MEDIA = (
    "Photorealistic scene",
    "Watercolour",
    "Oil painting",
    "Linocut print",
    "35 mm photograph",
    "Risograph poster",
    "Isometric illustration",
    "Pencil study",
    "Gouache",
    "Paper-cut collage",
    "Long-exposure photograph",
    "Children's book illustration",
    "Retro travel poster",
    "Stained glass",
    "Pixel art",
    "Aquarelle à la manière de Monet",
    "Ukiyo-e woodblock print (浮世絵)",
    "Ink wash painting (水墨画)",
)
LIGHTS = (
    "at first light",
    "under a low winter sun",
    "in soft overcast light",
    "just before a thunderstorm",
    "at blue hour",
    "lit by a single lantern",
    "in the golden hour",
    "by moonlight",
    "through morning fog",
    "in hard noon light",
    "au crépuscule",
    "夕暮れ時に",
)
PLACES = (
    "near Łódź",
    "in the Faroe Islands",
    "on the Côte d'Opale",
    "in Hokkaidō",
    "above São Paulo",
    "in the Atacama",
    "by the Bodensee",
    "on an imagined planet",
    "in 1920s Lisbon",
    "outside Reykjavík",
    "in the Scottish Highlands",
    "along the Mekong",
    "at 京都",
    "near İzmir",
    "in an untouched valley",
)
DETAILS = (
    "a lone cyclist crossing the foreground",
    "a flock of starlings turning above",
    "wet cobblestones reflecting the sky",
    "a red kite caught in the wind",
    "an old stone bridge",
    "a white cat watching from the edge",
    "long soft shadows",
    "tall grass bending left",
    "a small boat with a furled sail",
    "laundry drying between two poles",
    "distant rain",
    "a telegraph line leading the eye",
    "no people and no text",
    "three birches on the left third",
    "smoke from a chimney",
    "一匹の柴犬",
    "a hand-lettered sign reading “Ouvert”",
)
FINISHES = (
    "Shallow depth of field, fine film grain.",
    "Muted palette with one saturated accent.",
    "High detail, calm mood.",
    "Flat colours, clean edges, generous margins.",
    "Visible brush strokes, deckled edge.",
    "Wide angle, eye level.",
    "Composition along the rule of thirds.",
    "No text, no watermark, no border.",
    "Slight vignette, natural contrast.",
    "Suitable as a full-width header; keep the upper third quiet.",
)
CHANGES = (
    "make the sky darker",
    "add a second boat on the right",
    "remove the people",
    "turn summer into autumn",
    "use the same scene at night",
    "crop to a portrait format",
    "swap the reds for teal",
    "add light snowfall",
    "keep everything, but sharpen the foreground",
    "replace the sign with one in 日本語",
)
REPLIES = (
    "Here is the {subject} you asked for. Would you like another light or a wider crop?",
    "I have drawn a {subject} in {palette} tones. Tell me what to change.",
    "Voilà: a {subject}, with the details you listed.",
    "Here's the {subject}. I kept the upper third quiet so that a headline fits.",
    "",
    "",
)
INSTRUCTIONS = (
    "You are an illustrator for a travel magazine. Prefer calm compositions and never add lettering.",
    "You draw product and landscape pictures for a design team. Answer in one sentence.",
    "Create the picture right away; ask nothing back. House style: natural light, muted palette.",
    "Du zeichnest Bilder für eine Zeitung. Antworte kurz und auf Deutsch.",
)
SUMMARIES = (
    "**Choosing a composition**\n\nThe horizon should sit on the lower third, with the subject off centre.",
    "**Balancing light and colour**\n\nA warm key light against a cool ground keeps the picture calm.",
    "**Checking the request**\n\nThe user wants no lettering, so signs are left blank.",
    "**Planning the edit**\n\nOnly the sky changes; the foreground has to stay as it is.",
)
COMMON_WORDS = """
the of and to a in that is was he for it with as his on be at by had not are but from or have an
they which one you were her all she there would their we him been has when who will more no if
out so said what up its about into than them can only other new some could time these two may
then do first any my now such like our over man me even most made after also did many before
must through back years where much your way well down should because each just those people
light colour picture shadow line horizon contrast warm cool grain focus edge balance café naïve
jalapeño 光 影 色
"""


def prompt(random: Random, subject: str, palette: str) -> str:
    """A picture prompt of one to four sentences that names what is drawn."""
    details = random.sample(DETAILS, random.randint(1, 3))
    finishes = random.sample(FINISHES, random.randint(1, 2))
    scene = f"{random.choice(MEDIA)} of a {subject} {random.choice(PLACES)} {random.choice(LIGHTS)}"
    listed = f"{', '.join(details[:-1])} and {details[-1]}" if details[1:] else details[0]
    return f"{scene}, in {palette} colours. Include {listed}. {' '.join(finishes)}"


def edited(random: Random, former: str) -> str:
    """The prompt of an edit: the former one with one thing changed."""
    return f"Edit the previous picture: {random.choice(CHANGES)}. Otherwise unchanged: {former}"


def reply(random: Random, subject: str, palette: str) -> str:
    """What the assistant says after a picture; often nothing, as in recorded calls."""
    return random.choice(REPLIES).format(subject=subject, palette=palette)


def instructions(random: Random) -> str | None:
    return random.choice((None, None, *INSTRUCTIONS))


def summary(random: Random) -> str:
    return random.choice(SUMMARIES)


def prose(random: Random, length: int) -> str:
    """Running text of `length` words, for text-only answers."""
    words = COMMON_WORDS.split()
    sentences = []
    left = length
    while left > 0:
        count = min(left, random.randint(5, 18))
        sentence = " ".join(random.choices(words, k=count))
        sentences.append(sentence[0].upper() + sentence[1:] + random.choice((".", ".", ".", "?", ":")))
        left -= count
    return " ".join(sentences)


def tokens(text: str) -> list[str]:
    """The text cut as a stream's deltas are: words with the space before them; joined, the text again."""
    return re.findall(r"\s*\S+|\s+$", text)


def slug(text: str) -> str:
    """A file name's stem from a subject: letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
