// Makes plain links and forms smoother; nothing works only with it. Pages may be swapped in by htmx at any time, so
// listeners sit on the document and look at what was touched.

import "./frame.js";
import "./grid.js";
import "./picture.js";
import "./layer.js";
import "./search.js";
import "./complete.js";
import "./saved.js";
import "./select.js";
import "./curate.js";
import "./quick.js";
import "./names.js";
import "./notes.js";
import "./fresh.js";
import "./dates.js";
import "./compare.js";
import "./usage.js";
import "./upload.js";
