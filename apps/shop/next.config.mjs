export { nextConfig as default } from "@gatehouse/demo-sites/next-config";
