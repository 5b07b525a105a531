import { createApp } from "vue";
import Phone from "./Phone.vue";
import { phone } from "./phone.js";

const socketUrl = new URLSearchParams(location.search).get("socket");
phone.configure({ socketUrl, login: "1001@xswitch.cn", passwd: "1234", channel: "vcc.default.1001" });

const app = createApp(Phone);
app.mount("#app");
window.unmount = () => app.unmount();
