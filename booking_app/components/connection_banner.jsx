// Says that the connection is lost, and that it is back.
import { useEffect, useRef, useState } from "react";

const BLIP_MS = 700; // shorter gaps are not worth a word
const BACK_MS = 6000;

export function ConnectionBanner({ hasErrors, backText, children }) {
  const [isOffline, setOffline] = useState(false);
  const [shown, setShown] = useState("");
  const wasLost = useRef(false);

  useEffect(() => {
    const look = () => setOffline(!navigator.onLine);
    look();
    window.addEventListener("online", look);
    window.addEventListener("offline", look);
    // A link to a telephone or mail program looks to Reflex like leaving the page: it closes the
    // socket and waits. If the page is still here a moment later, becoming visible reconnects it.
    const stay = () =>
      setTimeout(
        () => document.dispatchEvent(new Event("visibilitychange")),
        1000,
      );
    window.addEventListener("beforeunload", stay);
    return () => {
      window.removeEventListener("online", look);
      window.removeEventListener("offline", look);
      window.removeEventListener("beforeunload", stay);
    };
  }, []);

  const isLost = hasErrors || isOffline;
  useEffect(() => {
    if (isLost) {
      const timer = setTimeout(() => {
        wasLost.current = true;
        setShown("lost");
      }, BLIP_MS);
      return () => clearTimeout(timer);
    }
    if (!wasLost.current) return;
    wasLost.current = false;
    setShown("back");
    const timer = setTimeout(() => setShown(""), BACK_MS);
    return () => clearTimeout(timer);
  }, [isLost]);

  return (
    <div id="connection" className="offline" role="status">
      {shown === "lost" ? children : null}
      {shown === "back" ? <p className="note note--ok">{backText}</p> : null}
    </div>
  );
}
