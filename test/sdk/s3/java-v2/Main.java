import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.LegacyMd5Plugin;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * Uses the AWS SDK for Java 2 like an application: prints each successful step, and ends at the first failure.
 * javax.net.ssl.trustStore contains the emulator's certificate authority.
 */
public class Main {
  static final String BUCKET = System.getenv("BUCKET");
  static final String KEY = "a b/猫+.txt";
  static final int PART_SIZE_MIN = 5 * 1024 * 1024;
  static final boolean PATH_STYLE = "path".equals(System.getenv("STYLE"));
  static final StaticCredentialsProvider KEYS =
      StaticCredentialsProvider.create(
          AwsBasicCredentials.create(System.getenv("ACCESS_KEY_ID"), System.getenv("ACCESS_KEY_SECRET")));

  static S3Client clientWith(String endpoint, Consumer<S3ClientBuilder> more) {
    S3ClientBuilder builder =
        S3Client.builder()
            .endpointOverride(URI.create(System.getenv(endpoint)))
            .region(Region.of("cn-hangzhou"))
            .credentialsProvider(KEYS)
            .forcePathStyle(PATH_STYLE)
            .httpClient(UrlConnectionHttpClient.create())
            .overrideConfiguration(o -> o.retryStrategy(r -> r.maxAttempts(1)));
    more.accept(builder);
    return builder.build();
  }

/** The documented settings. */
  static void cure(S3ClientBuilder builder) {
    builder
        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
        .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
        .serviceConfiguration(S3Configuration.builder().chunkedEncodingEnabled(false).build())
        .addPlugin(LegacyMd5Plugin.create());
  }

  static void expect(Object actual, Object expected) {
    if (!actual.equals(expected)) throw new AssertionError(actual + " is not " + expected);
  }

  static void refused(Runnable work, String code) {
    try {
      work.run();
    } catch (S3Exception error) {
      expect(error.awsErrorDetails().errorCode(), code);
      return;
    }
    throw new AssertionError("accepted");
  }

  static void step(String name, Runnable work) {
    work.run();
    System.out.println(name);
  }

  static String read(S3Client s3, String key) {
    return s3.getObjectAsBytes(r -> r.bucket(BUCKET).key(key)).asUtf8String();
  }

  public static void main(String[] args) throws Exception {
    S3Client byDefault = clientWith("S3_TLS_ENDPOINT", builder -> {});
    S3Client s3 = clientWith("S3_TLS_ENDPOINT", Main::cure);
    S3Client signsChunks =
        clientWith("S3_ENDPOINT", builder -> builder.requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED));
    RequestBody hello = RequestBody.fromString("hello");

    step("create bucket", () -> {
      s3.createBucket(r -> r.bucket(BUCKET));
      s3.headBucket(r -> r.bucket(BUCKET));
    });
    step("refused: trailers", () ->
        refused(() -> byDefault.putObject(r -> r.bucket(BUCKET).key(KEY), hello), "NotImplemented"));
    step("refused: DeleteObjects", () ->
        refused(() -> byDefault.deleteObjects(r -> r.bucket(BUCKET).delete(d -> d.objects(identify(KEY)))), "MissingArgument"));
    // Over http the SDK signs each chunk, which OSS accepts.
    step("put over http", () -> signsChunks.putObject(r -> r.bucket(BUCKET).key("plain"), hello));
    step("put", () ->
        expect(
            s3.putObject(r -> r.bucket(BUCKET).key(KEY).metadata(Map.of("by", "tom")), hello).eTag(),
            "\"5D41402ABC4B2A76B9719D911017C592\""));
    step("get", () -> {
      ResponseBytes<GetObjectResponse> got = s3.getObjectAsBytes(r -> r.bucket(BUCKET).key(KEY).range("bytes=1-3"));
      expect(got.asUtf8String(), "ell");
      expect(got.response().metadata(), Map.of("by", "tom"));
    });
    step("copy", () -> {
      s3.copyObject(r -> r.sourceBucket(BUCKET).sourceKey(KEY).destinationBucket(BUCKET).destinationKey("copy"));
      expect(read(s3, "copy"), "hello");
    });
    step("list", () ->
        expect(
            s3.listObjectsV2Paginator(r -> r.bucket(BUCKET).maxKeys(1).prefix("")).contents().stream()
                .filter(o -> !o.key().equals("plain")).map(o -> o.key()).toList(),
            List.of(KEY, "copy")));
    step("multipart", () -> {
      String id = s3.createMultipartUpload(r -> r.bucket(BUCKET).key("big")).uploadId();
      List<CompletedPart> parts = new ArrayList<>();
      for (byte[] content : List.of(new byte[PART_SIZE_MIN], "b".getBytes(StandardCharsets.UTF_8))) {
        int number = parts.size() + 1;
        String etag =
            s3.uploadPart(r -> r.bucket(BUCKET).key("big").uploadId(id).partNumber(number), RequestBody.fromBytes(content)).eTag();
        parts.add(CompletedPart.builder().partNumber(number).eTag(etag).build());
      }
      s3.completeMultipartUpload(r -> r.bucket(BUCKET).key("big").uploadId(id).multipartUpload(m -> m.parts(parts)));
      expect(read(s3, "big").length(), PART_SIZE_MIN + 1);
    });
    step("presigned", () -> expect(presigned(), "hello"));
    step("no such key", () -> refused(() -> read(s3, "missing"), "NoSuchKey"));
    step("delete", () -> {
      List<ObjectIdentifier> all = s3.listObjectsV2(r -> r.bucket(BUCKET)).contents().stream().map(o -> identify(o.key())).toList();
      s3.deleteObjects(r -> r.bucket(BUCKET).delete(d -> d.objects(all)));
      s3.deleteBucket(r -> r.bucket(BUCKET));
    });
  }

  static ObjectIdentifier identify(String key) {
    return ObjectIdentifier.builder().key(key).build();
  }

  static String presigned() {
    try (S3Presigner presigner =
        S3Presigner.builder()
            .endpointOverride(URI.create(System.getenv("S3_ENDPOINT")))
            .region(Region.of("cn-hangzhou"))
            .credentialsProvider(KEYS)
            .serviceConfiguration(S3Configuration.builder().pathStyleAccessEnabled(PATH_STYLE).build())
            .build()) {
      URI url =
          URI.create(
              presigner
                  .presignGetObject(p -> p.signatureDuration(Duration.ofMinutes(1)).getObjectRequest(r -> r.bucket(BUCKET).key(KEY)))
                  .url()
                  .toString());
      return HttpClient.newHttpClient().send(HttpRequest.newBuilder(url).build(), BodyHandlers.ofString()).body();
    } catch (java.io.IOException | InterruptedException error) {
      throw new AssertionError(error);
    }
  }
}
