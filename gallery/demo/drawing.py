"""Pictures to put into made-up transcripts: drawn, pleasant to look at, and as heavy as generated ones are.

A generated picture has fine texture everywhere, so its PNG is large (2 MB for 1024 x 1024) while its JPEG and
WebP are not. A drawing made of flat colours would have a PNG of 20 kB and flatter every
measurement; hence the grain.
"""

from __future__ import annotations

import io
import math
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Size = tuple[int, int]

PALETTES: dict[str, tuple[Colour, ...]] = {
    "dusk": ((26, 20, 58), (94, 54, 112), (214, 103, 96), (250, 176, 110), (255, 226, 178)),
    "sea": ((8, 38, 66), (18, 88, 120), (54, 150, 160), (150, 206, 190), (240, 240, 214)),
    "forest": ((16, 34, 26), (38, 74, 48), (92, 128, 62), (172, 178, 96), (238, 226, 170)),
    "rose": ((58, 20, 44), (132, 44, 82), (206, 96, 122), (240, 166, 170), (255, 228, 222)),
    "desert": ((62, 32, 24), (134, 70, 42), (200, 120, 62), (232, 178, 112), (250, 232, 190)),
    "ice": ((20, 32, 58), (58, 92, 138), (122, 164, 200), (190, 218, 234), (246, 250, 252)),
    "neon": ((12, 10, 34), (72, 18, 120), (206, 32, 150), (36, 196, 220), (250, 240, 120)),
    "paper": ((40, 38, 40), (108, 96, 88), (176, 158, 136), (222, 208, 184), (248, 242, 228)),
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawn picture and the words for it: `subject` names what is on it, `palette` its colours."""

    image: Image.Image
    subject: str
    palette: str


def draw(random: Random, size: Size, *, subject: str | None = None, is_transparent: bool = False) -> Drawing:
    """One picture of `size`: RGBA with a clear ground if `is_transparent`, else RGB."""
    palette = random.choice(sorted(PALETTES))
    colours = PALETTES[palette]
    if is_transparent:
        subject = subject if subject in CUT_OUTS else random.choice(sorted(CUT_OUTS))
        canvas = Image.new("RGBA", size, (0, 0, 0, 0))
        CUT_OUTS[subject](random, canvas, colours)
        grain = _with_grain(random, canvas.convert("RGB"), 5)
        # Clear pixels stay one colour, as an encoder would leave them: grain there would only weigh.
        alpha = canvas.getchannel("A").filter(ImageFilter.GaussianBlur(0.6))
        ground = Image.new("RGB", size)
        ground.paste(grain, mask=alpha.point(lambda value: 255 if value else 0))
        ground.putalpha(alpha)
        return Drawing(ground, subject, palette)
    subject = subject if subject in SCENES else random.choice(sorted(SCENES))
    canvas = _gradient(size, colours[random.randrange(1, 3)], colours[random.randrange(3, 5)])
    SCENES[subject](random, canvas, colours)
    canvas = canvas.filter(ImageFilter.GaussianBlur(0.7))
    return Drawing(_with_grain(random, canvas, 6), subject, palette)


def partial(random: Random, image: Image.Image, *, step: int, steps: int) -> Image.Image:
    """The picture as it stands at `step` of `steps`: the earlier, the less detail."""
    left = (steps - step) / steps
    radius = max(2.0, left * max(image.size) / 40)
    rough = image.filter(ImageFilter.GaussianBlur(radius))
    if image.mode != "RGB":
        return rough
    return _with_grain(random, rough, 2 + round(3 * step / steps))


def animate(random: Random, size: Size, *, frames: int) -> bytes:
    """A GIF of `frames` frames in which a disc crosses a gradient."""
    colours = PALETTES[random.choice(sorted(PALETTES))]
    ground = _gradient(size, colours[0], colours[3])
    radius = min(size) // 8
    pictures = []
    for step in range(frames):
        frame = ground.copy()
        x = round(size[0] * (step + 0.5) / frames)
        y = round(size[1] * (0.5 + 0.3 * math.sin(2 * math.pi * step / frames)))
        ImageDraw.Draw(frame).ellipse((x - radius, y - radius, x + radius, y + radius), fill=colours[4])
        pictures.append(frame.quantize(colors=96))
    out = io.BytesIO()
    pictures[0].save(out, "GIF", save_all=True, append_images=pictures[1:], duration=80, loop=0)
    return out.getvalue()


def plot(random: Random, size: Size = (1180, 780)) -> bytes:
    """A PNG as a code interpreter draws it: axes, grid, a few lines on white; small, like recorded ones."""
    width, height = size
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    left, top, right, bottom = width // 12, height // 12, width * 23 // 24, height * 10 // 12
    for step in range(11):
        x = left + (right - left) * step // 10
        y = top + (bottom - top) * step // 10
        pen.line((x, top, x, bottom), fill=(226, 226, 226))
        pen.line((left, y, right, y), fill=(226, 226, 226))
    colours = PALETTES[random.choice(sorted(PALETTES))]
    for number in range(random.randint(2, 4)):
        height_now = random.uniform(0.2, 0.8)
        points = []
        for x in range(left, right, 4):
            height_now = min(0.98, max(0.02, height_now + random.gauss(0, 0.015)))
            points.append((x, bottom - (bottom - top) * height_now))
        pen.line(points, fill=colours[number % 4], width=3, joint="curve")
    pen.rectangle((left, top, right, bottom), outline=(60, 60, 60), width=2)
    return encode(image, "png")


def encode(image: Image.Image, output_format: str) -> bytes:
    """The picture as `png`, `webp` or `jpeg`, at the encoder settings that make neither art nor waste."""
    out = io.BytesIO()
    if output_format == "png":
        image.save(out, "PNG", compress_level=3)
    elif output_format == "webp":
        image.save(out, "WEBP", quality=84, method=2)
    else:
        image.convert("RGB").save(out, "JPEG", quality=90)
    return out.getvalue()


def vector(random: Random, size: Size) -> bytes:
    """An SVG drawing: discs on a ground."""
    width, height = size
    colours = PALETTES[random.choice(sorted(PALETTES))]
    shapes = "".join(
        f'<circle cx="{random.randrange(width)}" cy="{random.randrange(height)}" '
        f'r="{random.randrange(20, 160)}" fill="rgb{random.choice(colours[1:])}"/>'
        for _ in range(24)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<rect width="{width}" height="{height}" fill="rgb{colours[0]}"/>{shapes}</svg>'
    ).encode()


def with_provenance(random: Random, png: bytes) -> bytes:
    """The PNG with a `caBX` chunk after its header, where the API puts its C2PA manifest."""
    header_end = 8 + 12 + 13
    box = b"jumd" + b"c2pa" + random.randbytes(random.randrange(14_000, 25_000))
    content = b"caBX" + struct.pack(">I", len(box) + 8) + b"jumb" + box
    chunk = struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))
    return png[:header_end] + chunk + png[header_end:]


def _gradient(size: Size, top: Colour, bottom: Colour) -> Image.Image:
    mask = Image.linear_gradient("L").resize(size)
    return Image.composite(Image.new("RGB", size, bottom), Image.new("RGB", size, top), mask)


def _with_grain(random: Random, image: Image.Image, amount: int) -> Image.Image:
    """Grain of +-`amount` on every channel. (`Image.effect_noise` draws from the C library's own state.)"""
    width, height = image.size
    bands = []
    for band in image.split():
        noise = Image.frombytes("L", image.size, random.randbytes(width * height))
        bands.append(
            ImageChops.add(band, noise.point([value * 2 * amount // 255 for value in range(256)]), 1, -amount)
        )
    return Image.merge(image.mode, bands)


def _mist(random: Random, size: Size, cells: int) -> Image.Image:
    """Soft clouds of grey: a few random cells, enlarged."""
    cloud = Image.frombytes("L", (cells, cells), random.randbytes(cells * cells))
    return cloud.resize(size, Image.Resampling.BICUBIC)


def _ridge(random: Random, size: Size, level: float, roughness: float) -> list[tuple[float, float]]:
    width, height = size
    waves = [(random.uniform(0.5, 9), random.uniform(0, 6.3), random.uniform(0.2, 1)) for _ in range(5)]
    points: list[tuple[float, float]] = [(0, height)]
    for x in range(0, width + 8, 8):
        rise = sum(
            weight / speed * math.sin(speed * x / width * 6.3 + start) for speed, start, weight in waves
        )
        points.append((x, height * (level - roughness * rise)))
    points.append((width, height))
    return points


def _mountains(random: Random, canvas: Image.Image, colours: tuple[Colour, ...]) -> None:
    width, height = canvas.size
    pen = ImageDraw.Draw(canvas)
    x, y, radius = random.randrange(width), height * random.uniform(0.15, 0.4), min(width, height) // 12
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colours[4])
    for number, colour in enumerate((colours[2], colours[1], colours[0])):
        pen.polygon(_ridge(random, canvas.size, 0.5 + 0.16 * number, 0.08), fill=colour)


def _lake(random: Random, canvas: Image.Image, colours: tuple[Colour, ...]) -> None:
    width, height = canvas.size
    _mountains(random, canvas, colours)
    shore = height * 3 // 5
    water = canvas.crop((0, shore - (height - shore), width, shore)).transpose(
        Image.Transpose.FLIP_TOP_BOTTOM
    )
    water = Image.blend(water, Image.new("RGB", water.size, colours[1]), 0.35).filter(ImageFilter.BoxBlur(3))
    canvas.paste(water, (0, shore))


def _clouds(random: Random, canvas: Image.Image, colours: tuple[Colour, ...]) -> None:
    for cells in (3, 6, 11):
        canvas.paste(
            random.choice(colours[1:]), mask=_mist(random, canvas.size, cells).point(lambda v: v // 2)
        )


def _night(random: Random, canvas: Image.Image, colours: tuple[Colour, ...]) -> None:
    width, height = canvas.size
    canvas.paste(_gradient(canvas.size, (4, 6, 20), colours[0]))
    canvas.paste(colours[2], mask=_mist(random, canvas.size, 5).point(lambda value: max(0, value - 130)))
    pen = ImageDraw.Draw(canvas)
    for _ in range(width * height // 2500):
        x, y, radius = random.randrange(width), random.randrange(height), random.choice((0.5, 0.5, 1, 1, 2))
        pen.ellipse(
            (x - radius, y - radius, x + radius, y + radius), fill=(255, 250, random.randrange(190, 256))
        )
    pen.polygon(_ridge(random, canvas.size, 0.85, 0.05), fill=(2, 3, 8))


def _city(random: Random, canvas: Image.Image, colours: tuple[Colour, ...]) -> None:
    width, height = canvas.size
    pen = ImageDraw.Draw(canvas)
    for depth, colour in enumerate((colours[2], colours[1], colours[0])):
        x = -random.randrange(40)
        while x < width:
            wide = random.randrange(width // 24, width // 9)
            top = round(height * random.uniform(0.2 + 0.15 * depth, 0.6 + 0.12 * depth))
            pen.rectangle((x, top, x + wide, height), fill=colour)
            for wy in range(top + 12, height, 26):
                for wx in range(x + 8, x + wide - 10, 18):
                    if random.random() < 0.3:
                        pen.rectangle((wx, wy, wx + 7, wy + 11), fill=colours[4])
            x += wide + random.randrange(4, 20)


def _circles(random: Random, canvas: Image.Image, colours: tuple[Colour, ...]) -> None:
    width, height = canvas.size
    for _ in range(28):
        x, y, radius = (
            random.randrange(width),
            random.randrange(height),
            random.randrange(20, max(21, width // 6)),
        )
        disc = Image.new("L", (2 * radius, 2 * radius))
        ImageDraw.Draw(disc).ellipse((0, 0, 2 * radius - 1, 2 * radius - 1), fill=random.randrange(60, 220))
        canvas.paste(random.choice(colours), (x - radius, y - radius), disc)


def _waves(random: Random, canvas: Image.Image, colours: tuple[Colour, ...]) -> None:
    pen = ImageDraw.Draw(canvas)
    for number in range(14):
        pen.polygon(
            _ridge(random, canvas.size, 0.15 + number * 0.06, 0.05), fill=colours[number % len(colours)]
        )


def _meadow(random: Random, canvas: Image.Image, colours: tuple[Colour, ...]) -> None:
    width, height = canvas.size
    pen = ImageDraw.Draw(canvas)
    pen.polygon(_ridge(random, canvas.size, 0.5, 0.04), fill=colours[1])
    for _ in range(260):
        y = height * random.uniform(0.52, 1)
        x, radius = random.randrange(width), 2 + 14 * (y / height - 0.5)
        pen.line((x, y, x + random.uniform(-6, 6), y + 5 * radius), fill=colours[0], width=2)
        for petal in range(6):
            px, py = x + radius * math.cos(petal * 1.047), y + radius * math.sin(petal * 1.047)
            pen.ellipse((px - radius / 2, py - radius / 2, px + radius / 2, py + radius / 2), fill=colours[3])
        pen.ellipse((x - radius / 2, y - radius / 2, x + radius / 2, y + radius / 2), fill=colours[4])


def _flower(random: Random, canvas: Image.Image, colours: tuple[Colour, ...]) -> None:
    width, height = canvas.size
    pen = ImageDraw.Draw(canvas)
    petals, reach, radius = random.randint(5, 11), min(width, height) / 4, min(width, height) / 8
    for petal in range(petals):
        angle = 2 * math.pi * petal / petals
        x, y = width / 2 + reach * math.cos(angle), height / 2 + reach * math.sin(angle)
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=(*colours[2 + petal % 2], 235))
    pen.ellipse(
        (width / 2 - radius, height / 2 - radius, width / 2 + radius, height / 2 + radius),
        fill=(*colours[4], 255),
    )


def _badge(random: Random, canvas: Image.Image, colours: tuple[Colour, ...]) -> None:
    width, height = canvas.size
    pen = ImageDraw.Draw(canvas)
    points, outer = random.randint(5, 16), min(width, height) * 0.42
    corners = []
    for corner in range(points * 2):
        reach = outer if corner % 2 else outer * 0.8
        angle = math.pi * corner / points
        corners.append((width / 2 + reach * math.cos(angle), height / 2 + reach * math.sin(angle)))
    pen.polygon(corners, fill=(*colours[1], 255))
    for number, share in enumerate((0.62, 0.5, 0.3)):
        reach = outer * share
        box = (width / 2 - reach, height / 2 - reach, width / 2 + reach, height / 2 + reach)
        pen.ellipse(box, fill=(*colours[4 - number], 255))


Scene = Callable[[Random, Image.Image, tuple[Colour, ...]], None]
SCENES: dict[str, Scene] = {
    "mountain range": _mountains,
    "still lake": _lake,
    "sea of clouds": _clouds,
    "night sky": _night,
    "city skyline": _city,
    "field of circles": _circles,
    "rolling waves": _waves,
    "flower meadow": _meadow,
}
CUT_OUTS: dict[str, Scene] = {"single flower": _flower, "round badge": _badge}
