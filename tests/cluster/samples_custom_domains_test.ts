import { requireControlPlane } from "../support/control_plane.ts";
import { sampleTest } from "../support/sample_lab.ts";

const answer = await requireControlPlane();

function storefront(customer: string, replicas: number): Record<string, unknown> {
  return {
    [`Namespace shop-${customer}`]: {},
    [`Deployment shop-${customer}/${customer}-web`]: { spec: { replicas } },
    [`Service shop-${customer}/${customer}-web`]: { spec: { selector: { app: `${customer}-web` } } },
    [`Ingress shop-${customer}/${customer}-web`]: {
      spec: { rules: [{ host: `${customer}.shops.example.com` }] },
    },
  };
}

function domain(customer: string, host: string): Record<string, unknown> {
  return {
    [`Ingress shop-${customer}/${host}`]: {
      metadata: {
        labels: { customer },
        annotations: {
          "cert-manager.io/cluster-issuer": "letsencrypt-prod",
          "external-dns.alpha.kubernetes.io/hostname": host,
        },
      },
      spec: {
        tls: [{ hosts: [host], secretName: `${host.replaceAll(".", "-")}-tls` }],
        rules: [{ host, http: { paths: [{ backend: { service: { name: `${customer}-web` } } }] } }],
      },
    },
  };
}

sampleTest(answer, {
  folder: "custom-domains",
  name: "a customer has one storefront and an Ingress a verified domain",
}, [
  {
    title: "verified domains are served, each with a certificate of its own",
    does: ["schema.sql", "form-domain.yaml", "form-storefront.yaml", "hub.yaml"],
    expected: {
      nodes: {
        "acme-storefront": "Ready",
        "globex-storefront": "Ready",
        "shop.acme.test-domain": "Ready",
        "www.acme.test-domain": "Ready",
      },
      children: {
        ...storefront("acme", 2),
        ...storefront("globex", 1),
        ...domain("acme", "shop.acme.test"),
        ...domain("acme", "www.acme.test"),
      },
    },
  },
  {
    title: "a domain comes with its verification and goes without, and the storefront stays",
    does: ["change.sql"],
    expected: {
      nodes: {
        "acme-storefront": "Ready",
        "globex-storefront": "Ready",
        "shop.acme.test-domain": "Ready",
        "globex.test-domain": "Ready",
      },
      children: {
        ...storefront("acme", 2),
        ...storefront("globex", 1),
        ...domain("acme", "shop.acme.test"),
        ...domain("globex", "globex.test"),
      },
    },
  },
  {
    title: "a customer who leaves takes storefront and domains along",
    does: ["teardown.sql"],
    expected: { nodes: {}, children: {} },
  },
]);
