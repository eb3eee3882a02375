// Browsers start no worker for a page that is opened as a file. There, the search runs in a hidden frame instead,
// which has what its script expects of a worker.
if (location.protocol === "file:") {
  window.IFrameWorker = window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      document.body.append(this.frame);
      const inside = this.frame.contentWindow;
      addEventListener("message", event => {
        if (event.source !== inside) return;
        const message = new MessageEvent("message", { data: event.data });
        this.dispatchEvent(message);
        this.onmessage?.(message);
      });
      inside.document.open();
      inside.document.write(`<body><script>
        var postMessage = data => parent.postMessage(data, "*");
        var load = url => new Promise(done => {
          var script = document.createElement("script");
          script.src = url;
          script.onload = done;
          document.body.append(script);
        });
        var importScripts = (...urls) => urls.reduce((before, url) => before.then(() => load(url)), Promise.resolve());
      <\/script><script src="${url}"><\/script></body>`);
      inside.document.close();
      this.ready = new Promise(resolve => { inside.onload = resolve; }); // `open` has removed all listeners
    }
    postMessage(data) {
      this.ready.then(() => this.frame.contentWindow.dispatchEvent(new MessageEvent("message", { data })));
    }
    terminate() {
      this.frame.remove();
    }
  };
}
