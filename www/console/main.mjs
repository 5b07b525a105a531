// The console's entry. frames.mjs comes first: it must be there before the first socket is made.
import "./frames.mjs";
import { element, onClick } from "./dom.mjs";
import { onLanguage, otherLanguage, otherLanguageTag, switchLanguage } from "./i18n.mjs";
import "./badge.mjs";
import "./signin.mjs";
import "./agent.mjs";
import "./phone-view.mjs";
import "./keys.mjs";
import "./level.mjs";
import "./quality.mjs";
import "./devices.mjs";
import "./call.mjs";
import "./dial.mjs";
import "./today.mjs";
import "./wallboard.mjs";
import "./developer.mjs";
import { resume } from "./resume.mjs";
import { startViews } from "./views.mjs";

startViews();
onClick("language", switchLanguage);
onLanguage(() => {
  element("language").textContent = otherLanguage();
  element("language").lang = otherLanguageTag();
});
element("starting").remove();
element("page").hidden = false;
resume();
