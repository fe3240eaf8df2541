// The door of object stores: buckets that speak S3.
export {
  type Bucket,
  type BucketPlace,
  openBucket,
  type StoredObject,
} from './bucket.ts';
export type { AwsCredentials } from './signature.ts';
