// The browser's storage under a prefix: another project's GraphiQL on the same port keeps its own tabs.
const PREFIX = 'quorum:';

export const storage = {
  getItem: key => localStorage.getItem(PREFIX + key),
  setItem: (key, value) => localStorage.setItem(PREFIX + key, value),
  removeItem: key => localStorage.removeItem(PREFIX + key),
  get length() {
    return ownKeys().length;
  },
  clear: () => ownKeys().forEach(key => localStorage.removeItem(key)),
};

function ownKeys() {
  return Object.keys(localStorage).filter(key => key.startsWith(PREFIX));
}
