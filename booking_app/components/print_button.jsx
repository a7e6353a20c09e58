export function PrintButton({ children }) {
  return (
    <button type="button" className="btn" onClick={() => window.print()}>
      {children}
    </button>
  );
}
