// Asks the server again when it said that the clock alone will have changed something.
import { useEffect, useRef } from "react";

export function LookAgain({ afterMs, stamp, onDue }) {
  const ask = useRef(onDue);
  ask.current = onDue;
  useEffect(() => {
    if (!afterMs) return;
    const timer = setTimeout(() => ask.current(), afterMs);
    return () => clearTimeout(timer);
  }, [afterMs, stamp]);
  return null;
}
