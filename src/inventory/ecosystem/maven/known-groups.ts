// Groups of widely used artifacts whose JARs carry no pom.properties (Gradle and Ant builds).
// Facts of Maven Central, written by hand; a name that several groups publish is not listed.

/** `artifact` or, with a trailing `*`, a prefix of it; the first that fits wins. */
const groups: readonly (readonly [pattern: string, group: string])[] = [
  ['spring-boot*', 'org.springframework.boot'],
  ['spring-security-*', 'org.springframework.security'],
  ['spring-data-*', 'org.springframework.data'],
  ['spring-cloud-gateway-*', 'org.springframework.cloud'],
  ['spring-cloud-function-*', 'org.springframework.cloud'],
  ['spring-cloud-starter*', 'org.springframework.cloud'],
  ['spring-cloud-config-*', 'org.springframework.cloud'],
  ['spring-cloud-netflix-*', 'org.springframework.cloud'],
  ['spring-integration-*', 'org.springframework.integration'],
  ['spring-batch-*', 'org.springframework.batch'],
  ['spring-session-*', 'org.springframework.session'],
  ['spring-kafka', 'org.springframework.kafka'],
  ['spring-rabbit', 'org.springframework.amqp'],
  ['spring-amqp', 'org.springframework.amqp'],
  ['spring-ldap-core', 'org.springframework.ldap'],
  ['spring-hateoas', 'org.springframework.hateoas'],
  ['spring-retry', 'org.springframework.retry'],
  ['spring-graphql', 'org.springframework.graphql'],
  ['spring-aop', 'org.springframework'],
  ['spring-aspects', 'org.springframework'],
  ['spring-beans', 'org.springframework'],
  ['spring-context', 'org.springframework'],
  ['spring-context-support', 'org.springframework'],
  ['spring-core', 'org.springframework'],
  ['spring-expression', 'org.springframework'],
  ['spring-instrument', 'org.springframework'],
  ['spring-jcl', 'org.springframework'],
  ['spring-jdbc', 'org.springframework'],
  ['spring-jms', 'org.springframework'],
  ['spring-messaging', 'org.springframework'],
  ['spring-orm', 'org.springframework'],
  ['spring-oxm', 'org.springframework'],
  ['spring-r2dbc', 'org.springframework'],
  ['spring-test', 'org.springframework'],
  ['spring-tx', 'org.springframework'],
  ['spring-web', 'org.springframework'],
  ['spring-webflux', 'org.springframework'],
  ['spring-webmvc', 'org.springframework'],
  ['spring-websocket', 'org.springframework'],
  ['tomcat-embed-*', 'org.apache.tomcat.embed'],
  ['log4j-core', 'org.apache.logging.log4j'],
  ['log4j-api', 'org.apache.logging.log4j'],
  ['log4j-1.2-api', 'org.apache.logging.log4j'],
  ['log4j-slf4j-impl', 'org.apache.logging.log4j'],
  ['log4j-web', 'org.apache.logging.log4j'],
  ['log4j', 'log4j'],
  ['kafka-clients', 'org.apache.kafka'],
  ['kafka_2*', 'org.apache.kafka'],
  ['connect-runtime', 'org.apache.kafka'],
  ['lucene-*', 'org.apache.lucene'],
  ['solr-core', 'org.apache.solr'],
  ['solr-solrj', 'org.apache.solr'],
  ['elasticsearch', 'org.elasticsearch'],
  ['elasticsearch-rest-client', 'org.elasticsearch.client'],
  ['kotlin-stdlib*', 'org.jetbrains.kotlin'],
  ['kotlin-reflect', 'org.jetbrains.kotlin'],
  ['kotlinx-coroutines-*', 'org.jetbrains.kotlinx'],
  ['okio', 'com.squareup.okio'],
  ['okio-jvm', 'com.squareup.okio'],
  ['retrofit', 'com.squareup.retrofit2'],
  ['reactor-core', 'io.projectreactor'],
  ['reactor-netty*', 'io.projectreactor.netty'],
  ['micrometer-*', 'io.micrometer'],
  ['bcprov-*', 'org.bouncycastle'],
  ['bcpkix-*', 'org.bouncycastle'],
  ['bcutil-*', 'org.bouncycastle'],
  ['bcpg-*', 'org.bouncycastle'],
  ['bcmail-*', 'org.bouncycastle'],
  ['h2', 'com.h2database'],
  ['hsqldb', 'org.hsqldb'],
  ['aspectjweaver', 'org.aspectj'],
  ['aspectjrt', 'org.aspectj'],
  ['xercesImpl', 'xerces'],
  ['xalan', 'xalan'],
  ['ant', 'org.apache.ant'],
  ['ivy', 'org.apache.ivy'],
  ['velocity', 'org.apache.velocity'],
  ['commons-collections', 'commons-collections'],
  ['commons-fileupload', 'commons-fileupload'],
  ['commons-beanutils', 'commons-beanutils'],
  ['commons-io', 'commons-io'],
  ['commons-text', 'org.apache.commons'],
  ['commons-compress', 'org.apache.commons'],
  ['jackson-databind', 'com.fasterxml.jackson.core'],
  ['jackson-core', 'com.fasterxml.jackson.core'],
  ['snakeyaml', 'org.yaml'],
  ['xstream', 'com.thoughtworks.xstream'],
  ['fastjson', 'com.alibaba'],
  ['guava', 'com.google.guava'],
  ['gson', 'com.google.code.gson'],
  ['protobuf-java', 'com.google.protobuf'],
  ['mysql-connector-java', 'mysql'],
  ['mysql-connector-j', 'com.mysql'],
  ['mssql-jdbc', 'com.microsoft.sqlserver'],
  ['jenkins-core', 'org.jenkins-ci.main'],
  ['gradle-wrapper', 'org.gradle'],
  ['asm', 'org.ow2.asm'],
  ['asm-*', 'org.ow2.asm'],
  ['guice', 'com.google.inject'],
  ['jsr305', 'com.google.code.findbugs'],
  ['aopalliance', 'aopalliance'],
  ['ecj', 'org.eclipse.jdt'],
];

/** The group under which Maven Central lists this artifact, or null. */
export function knownGroup(artifact: string, version: string): string | null {
  const major = Number.parseInt(version, 10);
  // Projects that moved to another group with a major version.
  if (artifact === 'hibernate-core') return major >= 6 ? 'org.hibernate.orm' : 'org.hibernate';
  if (artifact === 'dom4j') return major >= 2 ? 'org.dom4j' : 'dom4j';
  if (artifact === 'okhttp' && major >= 3) return 'com.squareup.okhttp3';
  if (artifact === 'groovy' || artifact === 'groovy-all') {
    return major >= 4 ? 'org.apache.groovy' : 'org.codehaus.groovy';
  }
  for (const [pattern, group] of groups) {
    const fits = pattern.endsWith('*')
      ? artifact.startsWith(pattern.slice(0, -1))
      : artifact === pattern;
    if (fits) return group;
  }
  return null;
}
