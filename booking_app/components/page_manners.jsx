// What a page of a single-page site has to do itself: move the focus to its heading when it is
// entered by a link, move it to a message when one comes, and keep the address true.
import { useEffect, useRef } from "react";

let isFirstPage = true;

export function PageManners({ focusOn, focusStamp, address }) {
  useEffect(() => {
    // The first page is announced by the browser, and its skip link comes first.
    if (!isFirstPage) {
      const asked = document.getElementById(location.hash.slice(1));
      if (!asked) window.scrollTo(0, 0);
      const start = asked ?? document.getElementById("page-title");
      start?.focus({ preventScroll: !asked });
    }
    isFirstPage = false;
  }, []);

  const stampBefore = useRef(focusStamp);
  useEffect(() => {
    const isNew = focusStamp && focusStamp !== stampBefore.current;
    stampBefore.current = focusStamp;
    if (isNew) document.getElementById(focusOn)?.focus();
  }, [focusStamp]);

  useEffect(() => {
    if (address && address !== location.pathname + location.search)
      history.replaceState(history.state, "", address);
  }, [address]);

  return null;
}
