import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Phone, Status } from "./Phone.jsx";
import { phone } from "./phone.js";

const socketUrl = new URLSearchParams(location.search).get("socket");
phone.configure({ socketUrl, login: "1001@xswitch.cn", passwd: "1234", channel: "vcc.default.1001" });

const root = createRoot(document.getElementById("app"));
root.render(<StrictMode><Status /><Phone /></StrictMode>);
window.unmount = () => root.unmount();
