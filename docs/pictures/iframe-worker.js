/* Search wants a worker, and a page opened from a folder may start none: there a hidden frame does the work. The
   file has the name under which the site's offline plugin looks for such a thing before it fetches one. */
"use strict";

/** A worker as the theme uses one; scripts run in the frame, messages go in and out as events. */
class FrameWorker extends EventTarget {
  constructor(address) {
    super();
    this.frame = document.createElement("iframe");
    this.frame.hidden = true;
    document.body.append(this.frame);
    const inside = this.frame.contentWindow;
    inside.document.open();
    inside.document.write("<!doctype html><body></body>");
    inside.document.close();
    inside.postMessage = (data) => this.dispatchEvent(message(data));
    inside.importScripts = async (...addresses) => {
      for (const each of addresses) await run(inside.document, each);
    };
    this.begun = run(inside.document, address);
  }

  postMessage(data) {
    this.begun.then(() => this.frame.contentWindow.dispatchEvent(message(data)));
  }

  terminate() {
    this.frame.remove();
  }
}

function message(data) {
  return new MessageEvent("message", { data: structuredClone(data) });
}

function run(page, address) {
  return new Promise((done, failed) => {
    const script = page.createElement("script");
    script.src = new URL(address, document.baseURI).href;
    script.onload = done;
    script.onerror = () => failed(new Error(`${script.src} cannot be read`));
    page.body.append(script);
  });
}

if (location.protocol === "file:") {
  window.IFrameWorker = FrameWorker; // the theme looks for this name to find its own scripts
  window.Worker = FrameWorker;
}
