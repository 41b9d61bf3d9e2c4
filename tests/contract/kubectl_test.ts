import assert from "node:assert/strict";
import { type Kubectl, kubectlMissing, withKubectl } from "../support/kubectl.ts";

const missing = await kubectlMissing();

/** Registers a test with a sandbox and kubectl of its own. */
function kubectlTest(name: string, test: (kubectl: Kubectl) => Promise<void>): void {
  const skipped = missing !== undefined;
  Deno.test({
    name: skipped ? `${name} (skipped: ${missing})` : name,
    ignore: skipped,
    fn: () => withKubectl(test),
  });
}

const web = (image = "nginx:1.25") => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers: [{ name: main, image: "${image}", ports: [{ containerPort: 80 }] }]
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { type: LoadBalancer, selector: { app: web }, ports: [{ port: 80 }] }
`;

const widgets = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { plural: widgets, kind: Widget, shortNames: [wd] }
  versions:
    - name: v1
      served: true
      storage: true
      subresources: { status: {}, scale: { specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas } }
      additionalPrinterColumns: [{ name: Size, type: integer, jsonPath: .spec.replicas }]
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties:
                replicas: { type: integer, minimum: 0, default: 1, description: How many. }
                mode: { type: string, enum: [a, b] }
            status: { type: object, properties: { replicas: { type: integer } } }
`;

const widget = (spec: string) => `
apiVersion: example.com/v1
kind: Widget
metadata: { name: w }
spec: ${spec}
`;

function lines(text: string): readonly string[] {
  return text.trim().split("\n").map((line) => line.trim().replaceAll(/\s+/g, " "));
}

kubectlTest("kubectl applies workloads, waits for them and prints them", async ({ must }) => {
  assert.deepEqual(lines(await must(["apply", "-f", "-"], web())), [
    "deployment.apps/web created",
    "service/web created",
  ]);
  assert.deepEqual(lines(await must(["apply", "-f", "-"], web())), [
    "deployment.apps/web unchanged",
    "service/web unchanged",
  ]);
  assert.match(await must(["rollout", "status", "deploy/web", "--timeout=60s"]), /successfully rolled out/);
  await must(["wait", "--for=condition=Available", "deploy/web", "--timeout=60s"]);
  await must(["wait", "--for=jsonpath={.status.loadBalancer.ingress}", "svc/web", "--timeout=60s"]);
  assert.match(lines(await must(["get", "deploy"]))[1] ?? "", /^web 2\/2 2 2 /);
  const wide = lines(await must(["get", "pods", "-o", "wide"]));
  assert.match(wide[0] ?? "", /^NAME READY STATUS RESTARTS AGE IP NODE /);
  assert.equal(wide.length, 3);
  assert.match(wide[1] ?? "", /^web-\S+ 1\/1 Running 0 /);
  const image = "jsonpath={.spec.template.spec.containers[0].image}";
  assert.equal(await must(["get", "deploy", "web", "-o", image]), "nginx:1.25");
  assert.match(
    await must(["describe", "deploy", "web"]),
    /NewReplicaSet: +web-\S+ \(2\/2 replicas created\)/,
  );
  assert.match(await must(["get", "events"]), /ScalingReplicaSet/);
});

kubectlTest("kubectl rolls out, back, scales, edits, patches and labels", async ({ must, edit }) => {
  await must(["apply", "-f", "-"], web());
  await must(["rollout", "status", "deploy/web", "--timeout=60s"]);
  await must(["set", "image", "deploy/web", "main=nginx:1.26"]);
  await must(["rollout", "status", "deploy/web", "--timeout=60s"]);
  assert.deepEqual(lines(await must(["rollout", "history", "deploy/web"])).slice(1), [
    "REVISION CHANGE-CAUSE",
    "1 <none>",
    "2 <none>",
  ]);
  await must(["rollout", "undo", "deploy/web"]);
  assert.equal(
    await must(["get", "deploy", "web", "-o", "jsonpath={.spec.template.spec.containers[0].image}"]),
    "nginx:1.25",
  );
  await must(["scale", "deploy/web", "--replicas=3"]);
  await must(["rollout", "status", "deploy/web", "--timeout=60s"]);
  const edited = await edit(["edit", "deploy", "web"], "sed -i 's/replicas: 3/replicas: 1/'");
  assert.match(edited, /deployment.apps\/web edited/);
  await must([
    "patch",
    "deploy",
    "web",
    "--type=json",
    "-p",
    '[{"op":"add","path":"/spec/minReadySeconds","value":1}]',
  ]);
  await must(["patch", "deploy", "web", "--type=merge", "-p", '{"metadata":{"annotations":{"a":"b"}}}']);
  await must([
    "patch",
    "deploy",
    "web",
    "-p",
    '{"spec":{"template":{"spec":{"containers":[{"name":"main","tty":true}]}}}}',
  ]);
  await must(["label", "deploy", "web", "tier=front"]);
  assert.equal(await must(["get", "deploy", "-l", "tier=front", "-o", "name"]), "deployment.apps/web\n");
  assert.equal(
    await must([
      "get",
      "deploy",
      "web",
      "-o",
      "jsonpath={.spec.replicas} {.spec.minReadySeconds} {.metadata.annotations.a}",
    ]),
    "1 1 b",
  );
});

kubectlTest(
  "an image that can't be pulled stays in ImagePullBackOff until it is repaired",
  async ({ must, run }) => {
    await must(["apply", "-f", "-"], web("registry.example.com/app:does-not-exist"));
    const waiting = "jsonpath={.status.containerStatuses[0].state.waiting.reason}=ImagePullBackOff";
    await must(["wait", "--for=jsonpath={.status.replicas}=2", "deploy/web", "--timeout=60s"]);
    await must(["wait", `--for=${waiting}`, "pod", "-l", "app=web", "--timeout=60s"]);
    assert.match(await must(["get", "pods"]), /0\/1 +ImagePullBackOff/);
    const late = await run(["wait", "--for=condition=Available", "deploy/web", "--timeout=1s"]);
    assert.equal(late.code, 1);
    await must(["apply", "-f", "-"], web());
    await must(["rollout", "status", "deploy/web", "--timeout=60s"]);
  },
);

kubectlTest(
  "kubectl applies on the server's side, and conflicts name manager and field",
  async ({ must, run }) => {
    await must(["apply", "--server-side", "-f", "-"], web());
    const other = ["apply", "--server-side", "--field-manager=other", "-f", "-"];
    const refused = await run(other, web("nginx:9"));
    assert.equal(refused.code, 1);
    assert.match(
      refused.err,
      /conflict with "kubectl".*: \.spec\.template\.spec\.containers\[name="main"\]\.image/s,
    );
    await must([...other, "--force-conflicts"], web("nginx:9"));
    assert.match(
      await must(["get", "deploy", "web", "-o", "yaml", "--show-managed-fields"]),
      /manager: other/,
    );
  },
);

kubectlTest("kubectl serves custom resources as soon as they are defined", async ({ must, run }) => {
  await must(["apply", "-f", "-"], widgets);
  await must(["wait", "--for=condition=Established", "crd/widgets.example.com", "--timeout=60s"]);
  assert.match(await must(["api-resources"]), /widgets +wd +example.com\/v1 +true +Widget/);
  assert.match(await must(["api-versions"]), /^example.com\/v1$/m);
  await must(["apply", "-f", "-"], widget("{mode: a}"));
  assert.match(lines(await must(["get", "wd"]))[1] ?? "", /^w 1$/);
  await must(["scale", "wd/w", "--replicas=4"]);
  assert.equal(await must(["get", "wd", "w", "-o", "jsonpath={.spec.replicas}"]), "4");
  assert.match(await must(["explain", "widget.spec.replicas"]), /FIELD: replicas <integer>[\s\S]*How many\./);
  const invalid = await run(["apply", "-f", "-"], widget("{mode: c}"));
  assert.match(invalid.err, /spec\.mode: Unsupported value: "c": supported values: "a", "b"/);
  const unknown = await run(["apply", "-f", "-"], widget("{mod: a}"));
  assert.match(unknown.err, /unknown field "spec\.mod"/);
  assert.match(await must(["describe", "wd", "w"]), /Replicas: +4/);
  await must(["delete", "crd", "widgets.example.com"]);
  assert.equal((await run(["get", "wd"])).code, 1);
});

kubectlTest("kubectl creates, deletes and watches", async ({ must }) => {
  await must(["create", "namespace", "tenant"]);
  await must(["create", "configmap", "settings", "--from-literal=a=b", "-n", "tenant"]);
  await must(["create", "secret", "generic", "password", "--from-literal=p=q", "-n", "tenant"]);
  await must(["create", "deployment", "app", "--image=nginx", "--replicas=2", "-n", "tenant"]);
  await must(["create", "job", "once", "--image=busybox", "-n", "tenant"]);
  await must(["wait", "--for=condition=Complete", "job/once", "--timeout=60s", "-n", "tenant"]);
  assert.equal(await must(["get", "cm", "settings", "-n", "tenant", "-o", "jsonpath={.data.a}"]), "b");
  assert.equal((await must(["auth", "can-i", "create", "pods"])).trim(), "yes");
  await must(["rollout", "status", "deploy/app", "-n", "tenant", "--timeout=60s"]);
  await must(["delete", "deploy", "app", "-n", "tenant", "--cascade=foreground"]);
  assert.equal(await must(["get", "pods", "-n", "tenant", "-l", "app=app", "-o", "name"]), "");
  const watched = must(["get", "cm", "-n", "tenant", "-w", "--output-watch-events", "--request-timeout=5s"]);
  await must(["label", "cm", "settings", "seen=yes", "-n", "tenant"]);
  assert.match(await watched, /ADDED +settings/);
  await must(["delete", "namespace", "tenant"]);
  assert.doesNotMatch(await must(["get", "ns"]), /tenant/);
});

kubectlTest("kubectl explains, diffs, replaces and lists everything", async ({ must, run }) => {
  assert.match(await must(["explain", "deployment.spec.replicas"]), /FIELD: replicas <integer>/);
  await must(["apply", "-f", "-"], web());
  assert.equal((await run(["diff", "-f", "-"], web())).code, 0);
  const changed = await run(["diff", "-f", "-"], web("nginx:2"));
  assert.equal(changed.code, 1);
  assert.match(changed.out, /\+ +- image: nginx:2/);
  await must(["replace", "--force", "-f", "-"], web());
  await must(["rollout", "status", "deploy/web", "--timeout=60s"]);
  const all = await must(["get", "all", "-o", "name"]);
  assert.match(all, /^deployment\.apps\/web$/m);
  assert.match(all, /^replicaset\.apps\/web-/m);
  assert.match(all, /^service\/web$/m);
  assert.match(await must(["get", "nodes"]), /sandbox +Ready/);
});
