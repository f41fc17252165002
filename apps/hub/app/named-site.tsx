import type { SiteName } from "../src/screen/screen.ts";

/** A site by mark, name and host, in a sentence. All come from its registration, never from the request. */
export function NamedSite({ site }: { readonly site: SiteName }) {
  return (
    <span className="gate-site">
      {/* biome-ignore lint/performance/noImgElement: a data address, which needs no optimizer */}
      {site.mark !== undefined && <img className="site-mark" src={site.mark} width="20" height="20" alt="" />}
      <strong>{site.name}</strong> · {site.host}
    </span>
  );
}
