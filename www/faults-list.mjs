// What can be made to fail: the buttons of faults.html and of the console's drawer. A row is
// [id, [名称, name], [作用, effect], requests]; a request is [path below sim/, body].

// These two stand for the page's own login and for its agent's channel. A fault that can be
// limited to one login leaves the connections of other pages alone.
const MINE = "$login";
const CHANNEL = "$channel";
const DROP = ["fault/drop", { login: MINE }];
const EVENT = ["event", { eventChannel: CHANNEL, eventType: "greeting", data: { from: "a button" } }];

export const FAULTS = [
  {
    title: ["断线", "Connection lost"],
    rows: [
      ["drop", ["断线", "Drop"], ["TCP 被切断，约一秒后恢复；已经发出的请求会失败，并注明“已发出”。", "TCP is cut, and the page is back in about a second. A request that was in flight fails, and is told as sent."], [DROP]],
      ["close", ["关闭 1001", "Close 1001"], ["服务器以 1001 关闭连接，结果同上。", "The server closes the socket with code 1001. The page does the same as after a drop."], [["fault/drop", { login: MINE, code: 1001 }]]],
      ["in-frame", ["半帧断开", "Cut in a frame"], ["连接在一帧的中间断开；那半个帧被忽略，其余同上。", "TCP is cut in the middle of a frame. The half frame is ignored, and the page does the same as after a drop."], [["fault/drop", { login: MINE, inFrame: true }]]],
      ["restart", ["重启", "Restart"], ["八秒内拒绝连接；页面以越来越长的间隔重试，然后恢复。", "Connections are refused for 8 s. The page tries again after growing pauses until it is back."], [["fault/restart", { downMs: 8000 }]]],
      ["restart-forget", ["重启并失忆", "Restart, forgetful"], ["同上，并且坐席状态和 Token 都丢失；频道会自动重新订阅。", "The same, and the server has forgotten the agents' states and the tokens. The channels are subscribed again."], [["fault/restart", { downMs: 8000, forget: true }]]],
    ],
  },
  {
    title: ["无响应", "Silence"],
    rows: [
      ["half-open", ["半开", "Half-open"], ["服务器冻结，而连接看似正常；约 30 秒后由心跳发现（keepAlive × 3），然后恢复。", "The server freezes while the socket looks open. Pings find that out after about 30 s (keepAlive × 3), and then the page comes back."], [["fault/freeze", { login: MINE, what: "all" }]]],
      ["mute", ["只收不答", "Mute"], ["服务器照收不答，结果同上。", "The server reads the frames and never answers. The page does the same as after half-open."], [["fault/freeze", { login: MINE, what: "answers" }]]],
      ["pause", ["停顿八秒", "Pause"], ["服务器停顿八秒，不到判定时间：页面不断线，一些请求超时，之后照常。", "The server stops for 8 s, which is too short to be judged. The page stays ready and some requests time out."], [["fault/freeze", { login: MINE, what: "all", ms: 8000 }]]],
      ["close-hangs", ["关闭无应答", "Close hangs"], ["关闭握手永不完成；浏览器放弃等待后，页面恢复。", "The close handshake never completes. The page is back as soon as the browser stops waiting for it."], [["fault/freeze", { login: MINE, what: "close" }], ["fault/drop", { login: MINE, code: 1001 }]]],
      ["slow", ["延迟三秒", "Slow"], ["每个应答延迟三秒，页面不断线；直到“全部恢复”。", "Each answer takes 3 s until all faults are cleared. The page stays ready."], [["fault/delay", { login: MINE, ms: 3000 }]]],
    ],
  },
  {
    title: ["连不上", "No way in"],
    rows: [
      ["http-503", ["HTTP 503", "HTTP 503"], ["断线，十秒内以 HTTP 503 拒绝，然后恢复。", "A drop, and then connections are refused with HTTP 503 for 10 s."], [["fault/refuse", { how: "http", ms: 10000 }], DROP]],
      ["hang", ["握手无应答", "No handshake"], ["断线，然后 25 秒没有握手应答；每次尝试十秒后放弃。", "A drop, and then no handshake is answered for 25 s. The page gives each attempt up after 10 s."], [["fault/refuse", { how: "hang", ms: 25000 }], DROP]],
      ["silent", ["登录无应答", "No login reply"], ["断线，下一次登录没有应答；页面十秒后放弃，再试一次。", "A drop, and the next login gets no answer. The page gives it up after 10 s and tries again."], [["fault/refuse", { how: "silent", count: 1 }], DROP]],
    ],
  },
  {
    title: ["登录与频道", "Login and channels"],
    rows: [
      ["login-error", ["登录出错三次", "Login fails"], ["断线，然后三次登录出错（不是密码错误）；页面重试后恢复。", "A drop, and then 3 logins fail with an internal error. The page tries again until it is back."], [["fault/login", { login: MINE, code: -32603, message: "Internal Error", count: 3 }], DROP]],
      ["login-refused", ["登录被拒", "Login refused"], ["断线，然后密码被拒：页面停下，由用户处理；用新 Token 时再试一次。", "A drop, and then the password is refused. The page stops and says so; with fresh tokens it tries once more."], [["fault/login", { login: MINE, code: -32001, message: "Authentication Failure", count: 1 }], DROP]],
      ["expire-tokens", ["Token 过期", "Tokens expire"], ["断线，旧 Token 失效；勾选“取新 Token”时，页面以新 Token 恢复。", "A drop, and old tokens are no longer valid. With fresh tokens the page comes back."], [["fault/expire-tokens", {}], DROP]],
      ["channel", ["频道被拒", "Channel refused"], ["断线，恢复后 vcc.default 被拒；“全部恢复”再断线一次，即可重新订阅。", "A drop, after which vcc.default is refused. It comes back after Clear all and another drop."], [["fault/channels", { channels: ["vcc.default"] }], DROP]],
      ["punt", ["别处登录", "Punt"], ["会话被别处接管：页面停下，不会来回抢。", "Another login takes the session over. The page stops, so that two pages don't fight for it."], [["fault/punt", { login: MINE }]]],
    ],
  },
  {
    title: ["数据", "Data"],
    rows: [
      ["event", ["事件", "Event"], ["这不是故障：两个频道各收到一个事件。", "This is no fault: each of the two channels gets one event."], [EVENT]],
      ["gap", ["丢事件", "Gap"], ["两个事件之间丢了五个，计入“丢失”。", "Five events are lost between two others, and are counted as lost."], [EVENT, ["fault/gap", { login: MINE, eventChannel: "vcc.default", count: 5 }], EVENT]],
      ["duplicate", ["重复", "Duplicate"], ["一个事件送到两次，只计一次。", "One event comes twice and is counted once."], [EVENT, ["fault/duplicate", { login: MINE }]]],
      ["flood", ["洪水", "Flood"], ["两万个事件，一个不丢，页面不卡。", "20,000 events come, and none is lost."], [["fault/flood", { eventChannel: "vcc.default", count: 20000, bytes: 100 }]]],
      ["garbage", ["乱码", "Garbage"], ["两百个乱码帧，毫无影响。", "200 frames of noise come, and nothing happens."], [["fault/garbage", { login: MINE, count: 200 }]]],
      ["reorder", ["乱序", "Reorder"], ["应答的次序被打乱，每个请求仍得到自己的应答；直到“全部恢复”。", "Replies overtake one another until all faults are cleared. Each still finds its request."], [["fault/reorder", { login: MINE, ms: 3000 }]]],
    ],
  },
];

const sound = (faults) => [["fault/media", { login: MINE, ...faults }]];

/** What can go wrong with a telephone call. */
export const CALL_FAULTS = {
  title: ["通话", "Telephone calls"],
  rows: [
    ["media-loss", ["丢包 20%", "20 % lost"], ["两个方向各丢五分之一；几秒后质量提示变差。", "A fifth of the sound is lost each way. After some seconds the sign of the quality says so."], sound({ in: { lossPercent: 20 }, out: { lossPercent: 20 } })],
    ["media-delay", ["延迟 500 毫秒", "500 ms late"], ["声音晚到半秒，往返时间随之变长。", "Sound comes half a second late, and the round trip is as long."], sound({ in: { delayMs: 250 }, out: { delayMs: 250 } })],
    ["media-deaf", ["听不到对方", "Nothing is heard"], ["对方的声音不再到达；提示没有声音传来。", "The other side's sound arrives no more, and the sign says so."], sound({ out: { stopped: true } })],
    ["media-dead", ["声音中断", "The way is cut"], ["两个方向的数据包全部丢失，信令正常；SDK 更换媒体通路。", "All packets are lost both ways while the socket lives. The SDK makes the way anew."], sound({ in: { lossPercent: 100 }, out: { lossPercent: 100 } })],
    ["media-fine", ["声音恢复", "Sound is fine"], ["以上全部结束。", "Ends all of these."], sound({})],
    ["call-drop", ["通话中断线", "Drop in a call"], ["连接被切断；通话几乎不停，随后自动接回。", "The socket is cut. The sound hardly stops, and the call is attached again."], [DROP]],
    ["slow-hold", ["保持很慢", "Slow hold"], ["保持与恢复要三秒，其间界面照常。", "Hold and resume take 3 s, and the page goes on meanwhile."], [["fault/slow-modify", { ms: 3000 }]]],
  ],
};

/** A row's requests, with the page's own login and channel in the place of what stands for them. */
export function requestsFor(requests, { login, channel }) {
  const stand = { [MINE]: login, [CHANNEL]: channel };
  const own = (body) => JSON.parse(JSON.stringify(body), (_, each) => stand[each] ?? each);
  return requests.map(([path, body = {}]) => [path, own(body)]);
}
