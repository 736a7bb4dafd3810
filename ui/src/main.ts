// Where the storefront's scripts start. Every page is complete without them, except that
// the preview then plays on a page of its own.

import "./style/tokens.css";
import "./style/base.css";
import "./style/parts.css";
import "./style/frame.css";
import "./style/sound.css";
import "./style/browse.css";
import "./style/track.css";
import "./style/license.css";
import "./style/safelist.css";
import "./style/report.css";
import "./style/money.css";
import "./style/desk.css";

import { startCopying } from "./copy";
import { startLive } from "./live";
import { startParts } from "./parts";
import { startPlayer } from "./player";
import { startSearch } from "./search";
import { startTheme } from "./theme";

startTheme();
startCopying();
startParts();
const player = startPlayer();
startSearch(() => player.refresh());
startLive();
document.documentElement.dataset["ready"] = "";
