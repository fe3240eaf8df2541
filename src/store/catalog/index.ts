// The door of the catalogue: what is known of the images here, and the score of each day.
export type {
  Catalogue,
  CatalogueEntry,
  CataloguePage,
  CatalogueState,
  DailyScore,
} from './catalogue.ts';
export { openCatalogue } from './sqlite.ts';
