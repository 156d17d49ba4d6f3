// The device's database (IndexedDB) behind promises. What is in a store is sealed unless it is said to lie open:
//   settings  open    device id, delivering token, keys that only close or check, the PIN's wrapping, counters, language,
//                     look
//   sealed    sealed  one entry "work": the day's list
//   drafts    sealed  interviews that are going on, by id
//   recordings boxed  what was recorded with consent, until its interview is finished
//   outbox    boxed   finished records; only the office can open them
//   receipts  open    which records were received, without a word of what was in them
//   forms     open    pages of published questionnaires, the same for everybody

const NAME = "minyi-field";
const STORES = ["settings", "sealed", "drafts", "recordings", "outbox", "receipts", "forms"];
let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 2);
    request.onupgradeneeded = () => {
      const there = request.result.objectStoreNames;
      STORES.filter((name) => !there.contains(name)).forEach((name) => request.result.createObjectStore(name));
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
  return opened;
}

/** Run `work(stores)` in one transaction and resolve with its value after the transaction is on disk. */
export async function transact(names, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(names, "readwrite", { durability: "strict" });
    const stores = Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)]));
    const value = work(stores);
    transaction.oncomplete = () => resolve(value);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

async function ask(name, question) {
  const store = (await open()).transaction(name).objectStore(name);
  return new Promise((resolve, reject) => {
    const request = question(store);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export const read = (store, key) => ask(store, (one) => one.get(key));
export const readAll = (store) => ask(store, (one) => one.getAll());
export const keys = (store) => ask(store, (one) => one.getAllKeys());
export const write = (store, key, value) => transact([store], (stores) => { stores[store].put(value, key); });
export const remove = (store, key) => transact([store], (stores) => { stores[store].delete(key); });
