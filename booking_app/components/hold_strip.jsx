// The strip that says how long a time is kept. It counts down from the milliseconds the server
// gave, so a device with a wrong clock counts right; the server alone decides when the hold ends.
// The digits are a silent timer; the status region speaks at the given minutes only.
import { Children, useEffect, useRef, useState } from "react";

const RETRY_MS = 2000;

const digits = (seconds) =>
  `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;

export function HoldStrip({
  leftMs,
  stamp,
  mayExtend,
  lowSeconds,
  sayAt,
  sayNow,
  label,
  timerLabel,
  leftText,
  extendText,
  onExtend,
  onRunOut,
  onWake,
  children,
}) {
  const [left, setLeft] = useState(Math.ceil(leftMs / 1000));
  const [say, setSay] = useState("");
  const strip = useRef(null);
  const button = useRef(null);
  const handlers = useRef({});
  handlers.current = { onRunOut, onWake };

  useEffect(() => {
    if (!stamp) return;
    const end = performance.now() + leftMs;
    let before = Math.ceil(leftMs / 1000);
    let lastAsked = -Infinity;
    const tick = () => {
      const now = performance.now();
      const rest = Math.max(0, Math.ceil((end - now) / 1000));
      setLeft(rest);
      const passed = Object.keys(sayAt)
        .map(Number)
        .filter((minute) => rest <= minute * 60 && before > minute * 60);
      if (passed.length && rest > 0) setSay(sayAt[Math.min(...passed)]);
      // Whether there is more time to be had is the server's to say, from here on.
      if (rest <= lowSeconds && before > lowSeconds) handlers.current.onWake();
      before = rest;
      if (rest === 0 && now - lastAsked > RETRY_MS) {
        lastAsked = now;
        handlers.current.onRunOut();
      }
    };
    tick();
    const clock = setInterval(tick, 500);
    // A sleeping device may not have counted: ask the server again.
    const wake = () => {
      if (document.visibilityState !== "visible") return;
      tick();
      handlers.current.onWake();
    };
    document.addEventListener("visibilitychange", wake);
    return () => {
      clearInterval(clock);
      document.removeEventListener("visibilitychange", wake);
    };
  }, [stamp]);

  useEffect(() => {
    if (sayNow) setSay(sayNow);
  }, [sayNow, stamp]);

  const isLow = Boolean(stamp) && left <= lowSeconds;
  const showsButton = isLow && mayExtend;
  const hadFocus = button.current && button.current === document.activeElement;
  useEffect(() => {
    if (!showsButton && hadFocus) strip.current?.focus();
  }, [showsButton]);

  const [drawing, ...words] = Children.toArray(children);
  const [beforeDigits, afterDigits] = leftText.split("{mm_ss}");
  return (
    <section
      ref={strip}
      tabIndex={-1}
      className={isLow ? "hold hold--low" : "hold"}
      aria-label={label}
    >
      <div>
        {drawing}
        <p className="grow">
          {words}
          {stamp ? (
            <>
              {beforeDigits}
              <b className="t" role="timer" aria-label={timerLabel}>
                {digits(left)}
              </b>
              {afterDigits}
            </>
          ) : null}
        </p>
        {showsButton ? (
          <button
            type="button"
            ref={button}
            className="btn"
            onClick={() => onExtend()}
          >
            {extendText}
          </button>
        ) : null}
        <span className="sr" role="status">
          {say}
        </span>
      </div>
    </section>
  );
}
