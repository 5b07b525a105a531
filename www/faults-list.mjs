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
      ["drop", ["断线", "Drop"], ["TCP 被切断,约一秒后恢复;在途请求失败,已发出", "TCP is cut. Back in about a second; a request in flight fails, sent."], [DROP]],
      ["close", ["关闭 1001", "Close 1001"], ["服务器主动关闭,同上", "The server closes with 1001. The same."], [["fault/drop", { login: MINE, code: 1001 }]]],
      ["in-frame", ["半帧断开", "Cut in a frame"], ["半个帧被丢弃,同上", "Half a frame, then nothing. The same; the half is ignored."], [["fault/drop", { login: MINE, inFrame: true }]]],
      ["restart", ["重启", "Restart"], ["拒绝连接八秒:间隔渐长地重试,然后恢复", "Refused for 8 s: attempts with growing pauses, then back."], [["fault/restart", { downMs: 8000 }]]],
      ["restart-forget", ["重启并失忆", "Restart, forgetful"], ["同上,坐席状态和 Token 丢失;频道自动重新订阅", "The same, agents' states and tokens are gone. The channels are subscribed anew."], [["fault/restart", { downMs: 8000, forget: true }]]],
    ],
  },
  {
    title: ["无响应", "Silence"],
    rows: [
      ["half-open", ["半开", "Half-open"], ["服务器冻结,连接看似正常;心跳约 30 秒后发现(keepAlive × 3)", "The server freezes, the socket looks open. Found by pings after about 30 s (keepAlive × 3), then back."], [["fault/freeze", { login: MINE, what: "all" }]]],
      ["mute", ["只收不答", "Mute"], ["服务器照收不答,同上", "Frames are read and never answered. The same."], [["fault/freeze", { login: MINE, what: "answers" }]]],
      ["pause", ["停顿八秒", "Pause"], ["不到判定时间:不断线,请求超时,之后照常", "Too short to be judged: stays ready, some requests time out, then all goes on."], [["fault/freeze", { login: MINE, what: "all", ms: 8000 }]]],
      ["close-hangs", ["关闭无应答", "Close hangs"], ["关闭握手永不完成;浏览器放弃等待后恢复", "The close handshake never completes. Back as soon as the browser stops waiting for it."], [["fault/freeze", { login: MINE, what: "close" }], ["fault/drop", { login: MINE, code: 1001 }]]],
      ["slow", ["延迟三秒", "Slow"], ["每个请求约三秒才有结果,不断线", "Each answer takes 3 s; stays ready. Until cleared."], [["fault/delay", { login: MINE, ms: 3000 }]]],
    ],
  },
  {
    title: ["连不上", "No way in"],
    rows: [
      ["http-503", ["HTTP 503", "HTTP 503"], ["断线,十秒内都被拒绝,然后恢复", "A drop, and refused for 10 s, then back."], [["fault/refuse", { how: "http", ms: 10000 }], DROP]],
      ["hang", ["握手无应答", "No handshake"], ["断线,25 秒无应答:每次尝试十秒后放弃", "A drop, and no answer for 25 s: an attempt is given up after 10 s."], [["fault/refuse", { how: "hang", ms: 25000 }], DROP]],
      ["silent", ["登录无应答", "No login reply"], ["断线,下一次登录无应答,十秒后放弃再试", "A drop, and the next login gets no answer: given up after 10 s, then back."], [["fault/refuse", { how: "silent", count: 1 }], DROP]],
    ],
  },
  {
    title: ["登录与频道", "Login and channels"],
    rows: [
      ["login-error", ["登录出错三次", "Login fails"], ["断线,三次登录出错(非密码错误):重试后恢复", "A drop, and an internal error for 3 logins: retried, then back."], [["fault/login", { login: MINE, code: -32603, message: "Internal Error", count: 3 }], DROP]],
      ["login-refused", ["登录被拒", "Login refused"], ["断线,密码被拒:停止,要人处理;用新 Token 则再试一次", "A drop, and the password is refused: it stops and says so. With fresh tokens it tries once more."], [["fault/login", { login: MINE, code: -32001, message: "Authentication Failure", count: 1 }], DROP]],
      ["expire-tokens", ["Token 过期", "Tokens expire"], ["断线;勾选“取新 Token”时以新 Token 恢复", "A drop, and old tokens are void. With fresh tokens: back."], [["fault/expire-tokens", {}], DROP]],
      ["channel", ["频道被拒", "Channel refused"], ["断线,恢复后 vcc.default 被拒;“全部恢复”再断线即可收回", "A drop; afterwards vcc.default is refused. Back after Clear all and another drop."], [["fault/channels", { channels: ["vcc.default"] }], DROP]],
      ["punt", ["别处登录", "Punt"], ["会话被接管:停止,不来回抢", "Taken over elsewhere: it stops, so that two pages don't fight."], [["fault/punt", { login: MINE }]]],
    ],
  },
  {
    title: ["数据", "Data"],
    rows: [
      ["event", ["事件", "Event"], ["没有故障:两个频道各收到一个事件", "No fault: one event on each of the two channels."], [EVENT]],
      ["gap", ["丢事件", "Gap"], ["两个事件之间丢五个:计入“丢失”", "Between two events five are lost: counted as lost."], [EVENT, ["fault/gap", { login: MINE, eventChannel: "vcc.default", count: 5 }], EVENT]],
      ["duplicate", ["重复", "Duplicate"], ["一个事件送到两次,只计一次", "An event comes twice, and counts once."], [EVENT, ["fault/duplicate", { login: MINE }]]],
      ["flood", ["洪水", "Flood"], ["两万个事件,一个不丢,页面不卡", "20,000 events, none lost."], [["fault/flood", { eventChannel: "vcc.default", count: 20000, bytes: 100 }]]],
      ["garbage", ["乱码", "Garbage"], ["两百个乱码帧,毫无影响", "200 frames of noise: nothing happens."], [["fault/garbage", { login: MINE, count: 200 }]]],
      ["reorder", ["乱序", "Reorder"], ["应答互相超车,各归其主", "Replies overtake one another, each finds its request. Until cleared."], [["fault/reorder", { login: MINE, ms: 3000 }]]],
    ],
  },
];

/** A row's requests, with the page's own login and channel in the place of what stands for them. */
export function requestsFor(requests, { login, channel }) {
  const stand = { [MINE]: login, [CHANNEL]: channel };
  const own = (body) => JSON.parse(JSON.stringify(body), (_, each) => stand[each] ?? each);
  return requests.map(([path, body = {}]) => [path, own(body)]);
}
