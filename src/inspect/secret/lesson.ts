// The lesson that findings of secrets name.

export const lessonOfSecrets = 'leaked-secret';
