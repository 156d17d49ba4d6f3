// Opens a form in the engine of ODK Web Forms, fills it in as a person would, and says what the engine thinks of it.
async ({ xform, cases, given, spoil }) => {
  const { loadForm } = await import("/engine.js");
  const fetchFormAttachment = async () => new Response(cases, { headers: { "content-type": "text/csv" } });
  const form = await loadForm(xform, { fetchFormAttachment });
  if (form.status !== "success") return { status: form.status, error: String(form.error?.message) };
  const { root } = form.createInstance();
  const all = [];
  const walk = (node) => {
    all.push(node);
    for (const child of node.currentState.children ?? []) walk(child);
  };
  walk(root);
  const named = (node) => node.currentState.reference.split("/").at(-1);
  const put = (node, values) => {
    if (node.nodeType === "select") node.selectValues(values);
    else node.setValue(node.valueType === "int" ? BigInt(values[0]) : values[0]);
  };
  const violated = (name) => all.find((node) => named(node) === name).validationState.violation?.condition ?? null;
  const violations = {};
  for (const node of all) {
    if (node.nodeType !== "select" && node.nodeType !== "input") continue;
    const name = named(node);
    if (!node.currentState.relevant) continue;
    if (name in spoil) {
      put(node, spoil[name]);
      violations[name] = violated(name);
    }
    if (name in given) put(node, given[name]);
  }
  const payload = await root.prepareInstancePayload({ payloadType: "monolithic" });
  const file = payload.data[0].get("xml_submission_file");
  return {
    status: payload.status,
    left: (payload.violations ?? []).map((one) => one.reference),
    violations,
    languages: root.languages.map((one) => one.language),
    asked: all.filter((node) => node.currentState.relevant).map(named),
    dwellings: all.find((node) => named(node) === "visit_case").currentState.valueOptions.map((one) => one.label.asString),
    xml: await file.text(),
  };
}
