import type { ComponentType } from "react";
import { AmalfiLemons } from "./drawings/amalfi-lemons.tsx";
import { DarkChocolate } from "./drawings/dark-chocolate.tsx";
import { FarmhouseCheese } from "./drawings/farmhouse-cheese.tsx";
import { FreeRangeEggs } from "./drawings/free-range-eggs.tsx";
import { GroundCoffee } from "./drawings/ground-coffee.tsx";
import { MorningPaper } from "./drawings/morning-paper.tsx";
import { OliveOil } from "./drawings/olive-oil.tsx";
import { SourdoughLoaf } from "./drawings/sourdough-loaf.tsx";
import { StrawberryJam } from "./drawings/strawberry-jam.tsx";
import { Tulips } from "./drawings/tulips.tsx";
import { VineTomatoes } from "./drawings/vine-tomatoes.tsx";
import { WholeMilk } from "./drawings/whole-milk.tsx";

export interface Product {
  /** In the address, in forms and in carts: never reused for another product. */
  readonly slug: string;
  readonly name: string;
  readonly priceCents: number;
  /** Unit of sale: "750 g loaf". */
  readonly unit: string;
  /** One line on the shelf. */
  readonly summary: string;
  readonly description: string;
  /** Origin and storage. */
  readonly origin: string;
  readonly keeping: string;
  readonly Drawing: ComponentType;
  /** Colour of the shelf behind it. */
  readonly shelf: "butter" | "sage" | "rose" | "sky" | "clay";
}

/** Everything on the shelves, in the order in which the shop shows it. */
export const CATALOGUE: readonly Product[] = [
  {
    slug: "sourdough-loaf",
    name: "Sourdough loaf",
    priceCents: 480,
    unit: "750 g loaf",
    summary: "Baked at five, on the shelf by seven.",
    description:
      "Three flours, water, salt and a starter that is older than the shop. Thirty hours from mixing to crust, which is why we can only bake forty a day.",
    origin: "Baker Street bakery, two doors down",
    keeping: "Cut side down, four days. Toast after that.",
    Drawing: SourdoughLoaf,
    shelf: "butter",
  },
  {
    slug: "free-range-eggs",
    name: "Free-range eggs",
    priceCents: 345,
    unit: "box of six",
    summary: "From hens with a view of the dike.",
    description:
      "Mixed breeds, mixed colours, one size: whatever the hens felt like. Laid within the last two days and stamped with the date.",
    origin: "Polder Farm, 9 km",
    keeping: "Cool and dry, three weeks.",
    Drawing: FreeRangeEggs,
    shelf: "sage",
  },
  {
    slug: "whole-milk",
    name: "Whole milk",
    priceCents: 195,
    unit: "1 litre bottle",
    summary: "Cream on top. Give it a shake.",
    description:
      "Gently pasteurised and not homogenised, so the cream rises. Bring the bottle back and the next one costs 30 cents less.",
    origin: "De Vries dairy, 14 km",
    keeping: "In the fridge, five days once open.",
    Drawing: WholeMilk,
    shelf: "sky",
  },
  {
    slug: "vine-tomatoes",
    name: "Vine tomatoes",
    priceCents: 290,
    unit: "500 g",
    summary: "Picked red, so they taste of something.",
    description:
      "Left on the vine until they are ripe and brought in the same morning. Good with nothing but salt.",
    origin: "Glasshouse No. 3, 6 km",
    keeping: "In a bowl, never in the fridge.",
    Drawing: VineTomatoes,
    shelf: "rose",
  },
  {
    slug: "farmhouse-cheese",
    name: "Farmhouse cheese",
    priceCents: 720,
    unit: "300 g wedge",
    summary: "Eighteen months old, with crunch.",
    description:
      "Raw cow's milk, aged on pine boards and turned by hand every week. Sweet at first, then caramel, then salt.",
    origin: "The Hendriks family, 22 km",
    keeping: "In its paper, two weeks.",
    Drawing: FarmhouseCheese,
    shelf: "clay",
  },
  {
    slug: "amalfi-lemons",
    name: "Amalfi lemons",
    priceCents: 240,
    unit: "three lemons",
    summary: "Unwaxed, leaf on, all perfume.",
    description:
      "Thick-skinned and mild enough to slice into a salad. Nothing sprayed, nothing waxed: use the zest.",
    origin: "Minori, Italy, by rail",
    keeping: "Two weeks in a bowl, a month in the fridge.",
    Drawing: AmalfiLemons,
    shelf: "sage",
  },
  {
    slug: "strawberry-jam",
    name: "Strawberry jam",
    priceCents: 540,
    unit: "340 g jar",
    summary: "More fruit than sugar, just about.",
    description:
      "June strawberries, cooked in copper pans of four kilos so that the berries stay whole. Mrs Okafor ties every cloth herself.",
    origin: "Mrs Okafor's kitchen, round the corner",
    keeping: "A year closed, a month open.",
    Drawing: StrawberryJam,
    shelf: "rose",
  },
  {
    slug: "ground-coffee",
    name: "Ground coffee",
    priceCents: 890,
    unit: "250 g bag",
    summary: "Roasted on Tuesday, ground while you wait.",
    description:
      "Two Ethiopian coffees and one from Huila: cocoa, orange peel and a little smoke. Ground medium; ask at the counter for another.",
    origin: "Quayside Roasters, 800 m",
    keeping: "Closed and dark, three weeks.",
    Drawing: GroundCoffee,
    shelf: "clay",
  },
  {
    slug: "olive-oil",
    name: "Olive oil",
    priceCents: 1290,
    unit: "500 ml bottle",
    summary: "Green, peppery, this year's.",
    description:
      "Koroneiki olives, pressed within six hours of picking. It should catch in your throat; that is how you know it is fresh.",
    origin: "Kalamata, Greece, harvest of 2026",
    keeping: "Away from light, use within a year.",
    Drawing: OliveOil,
    shelf: "butter",
  },
  {
    slug: "dark-chocolate",
    name: "Dark chocolate",
    priceCents: 375,
    unit: "85 g bar",
    summary: "72 %, with a pinch of sea salt.",
    description:
      "Cocoa, cane sugar, cocoa butter, salt. Snaps cleanly and lasts, in our experience, about a quarter of an hour.",
    origin: "Bean to bar in the old customs house",
    keeping: "Cool, hidden.",
    Drawing: DarkChocolate,
    shelf: "sky",
  },
  {
    slug: "tulips",
    name: "Tulips",
    priceCents: 650,
    unit: "bunch of seven",
    summary: "Whatever came up this morning.",
    description:
      "Colours as they come, cut tight so that they open on your table. Trim a centimetre and keep them away from the fruit bowl.",
    origin: "Allotment 41, 3 km",
    keeping: "Cold water, a week.",
    Drawing: Tulips,
    shelf: "butter",
  },
  {
    slug: "morning-paper",
    name: "Morning paper",
    priceCents: 260,
    unit: "today's issue",
    summary: "The Harbour Post, still warm.",
    description:
      "Ships in, ships out, the council, the tides and a crossword that is harder than it looks. Here from half past six.",
    origin: "Printed across the water",
    keeping: "Until tomorrow.",
    Drawing: MorningPaper,
    shelf: "sky",
  },
];

const bySlug = new Map(CATALOGUE.map((product) => [product.slug, product]));

export function findProduct(slug: string): Product | null {
  return bySlug.get(slug) ?? null;
}

/** Whether a path is the page of a product that is not on the shelves. */
export function asksForMissingProduct(pathname: string): boolean {
  const slug = /^\/products\/([^/]+)\/?$/.exec(pathname)?.[1];
  return slug !== undefined && findProduct(slug) === null;
}
