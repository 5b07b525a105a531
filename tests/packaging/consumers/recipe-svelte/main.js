import { mount, unmount } from "svelte";
import Phone from "./Phone.svelte";
import { phone } from "./phone.js";

const socketUrl = new URLSearchParams(location.search).get("socket");
phone.configure({ socketUrl, login: "1001@xswitch.cn", passwd: "1234", channel: "vcc.default.1001" });

const app = mount(Phone, { target: document.getElementById("app") });
window.unmount = () => unmount(app);
