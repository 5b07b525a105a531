// The telephone of the application: one connection, however many components show something of it.
import { Verto } from "verto-wasm";

class Phone {
  #verto = new Verto();
  #listeners = new Set();
  #options;
  #shown = { connection: "idle", calls: [], event: null, failure: null };

  /** How to log in, and the channel whose events are shown. Nothing is connected before somebody listens. */
  configure({ channel, ...options }) {
    this.#options = { channel, options };
  }

  /** What there is to show; the same object until something has changed. */
  get = () => this.#shown;

  /** Hears of every change. The first listener connects, the end of the last one logs out. */
  subscribe = (changed) => {
    const listener = () => changed();
    this.#listeners.add(listener);
    if (["idle", "closed"].includes(this.#verto.state)) this.#connect();
    return () => {
      this.#listeners.delete(listener);
      // React's StrictMode and hot reload take a component away and put it back at once.
      setTimeout(() => this.#listeners.size || this.#verto.logout());
    };
  };

  dial(number) {
    return this.#verto.newCall({ destination_number: number });
  }

  #connect() {
    const { channel, options } = this.#options;
    const handler = (verto, event) => this.#show({ event });
    this.#verto.subscribe(channel, { handler });
    const connected = this.#verto.connect(options, {
      onStateChange: (verto, connection) => this.#show({ connection }),
      onDialogState: ({ error }) => this.#show(error ? { failure: error.message } : {}),
    });
    connected.catch((error) => this.#show({ failure: error.message }));
  }

  #show(change) {
    const live = Object.values(this.#verto.dialogs).filter((dialog) => dialog.state.name !== "destroy");
    const calls = live.map((dialog) => ({ id: dialog.callID, state: dialog.state.name, party: dialog.cidString(), dialog }));
    this.#shown = { ...this.#shown, calls, ...change };
    for (const listener of [...this.#listeners]) listener();
  }
}

export const phone = import.meta.hot?.data.phone ?? new Phone();
// Vite's hot reload of this file leaves the connection and the calls as they are.
if (import.meta.hot) {
  import.meta.hot.data.phone = phone;
  import.meta.hot.accept();
}
