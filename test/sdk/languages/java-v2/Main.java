import com.aliyun.sdk.service.oss2.OSSClient;
import com.aliyun.sdk.service.oss2.credentials.StaticCredentialsProvider;
import com.aliyun.sdk.service.oss2.exceptions.ServiceException;
import com.aliyun.sdk.service.oss2.models.*;
import com.aliyun.sdk.service.oss2.transport.BinaryData;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Uses alibabacloud-oss-v2 like an application: prints each successful step, and ends at the first failure. */
public class Main {
  interface Step {
    void run() throws Exception;
  }

  static final Map<String, String> ENV = System.getenv();
  static final String BUCKET = ENV.get("BUCKET");
  static final String KEY = "a b/猫.txt";
  static final int PART_SIZE_MIN = 100 * 1024;
  static final String ANSWER = "{\"Status\":\"OK\"}";
  static final String CALLBACK = callback(ENV.get("CALLBACK_URL"));
  static final String CALLBACK_VAR = encode("{\"x:by\":\"tom & co\"}");
  static final OSSClient V1 = open(ENV.get("ACCESS_KEY_SECRET"), "v1");
  static final OSSClient V4 = open(ENV.get("ACCESS_KEY_SECRET"), "v4");

  public static void main(String[] arguments) throws Exception {
    Map<String, Step> steps = new LinkedHashMap<>();
    steps.put("create bucket", Main::createBucket);
    steps.put("put", Main::put);
    steps.put("get", Main::get);
    steps.put("range", Main::getRange);
    steps.put("copy", Main::copy);
    steps.put("list", Main::list);
    steps.put("append", Main::append);
    steps.put("tagging", Main::tag);
    steps.put("ACL", Main::acl);
    steps.put("put with callback", Main::putWithCallback);
    steps.put("multipart with callback", Main::multipartWithCallback);
    steps.put("callback that fails", Main::callbackThatFails);
    steps.put("presigned V1", () -> presigned(V1));
    steps.put("presigned V4", () -> presigned(V4));
    steps.put("NoSuchKey", Main::noSuchKey);
    steps.put("wrong secret", Main::wrongSecret);
    steps.put("delete", Main::delete);
    for (Map.Entry<String, Step> step : steps.entrySet()) {
      step.getValue().run();
      System.out.println(step.getKey());
    }
    System.exit(0);
  }

  static OSSClient open(String secret, String signatureVersion) {
    return OSSClient.newBuilder()
        .region("cn-hangzhou")
        .endpoint(ENV.get("OSS_ENDPOINT"))
        .signatureVersion(signatureVersion)
        .credentialsProvider(new StaticCredentialsProvider(ENV.get("ACCESS_KEY_ID"), secret))
        .build();
  }

  static void createBucket() {
    V4.putBucket(PutBucketRequest.newBuilder().bucket(BUCKET).build());
    GetBucketInfoRequest request = GetBucketInfoRequest.newBuilder().bucket(BUCKET).build();
    expect(V1.getBucketInfo(request).bucketInfo().name(), BUCKET);
  }

  static PutObjectRequest.Builder putting(String key, String content) {
    return PutObjectRequest.newBuilder().bucket(BUCKET).key(key).body(BinaryData.fromString(content));
  }

  static GetObjectRequest.Builder getting(String key) {
    return GetObjectRequest.newBuilder().bucket(BUCKET).key(key);
  }

  static void put() {
    String etag = V4.putObject(putting(KEY, "hello").metadata(Map.of("by", "tom")).build()).eTag();
    expect(etag, "\"5D41402ABC4B2A76B9719D911017C592\"");
  }

  static void get() throws Exception {
    try (GetObjectResult result = V1.getObject(getting(KEY).build())) {
      expect(text(result.body()), "hello");
      expect(result.metadata().get("by"), "tom");
    }
  }

  static void getRange() throws Exception {
    try (GetObjectResult result = V4.getObject(getting(KEY).range("bytes=1-3").build())) {
      expect(result.statusCode(), 206);
      expect(text(result.body()), "ell");
    }
  }

  static void copy() {
    V4.copyObject(CopyObjectRequest.newBuilder().bucket(BUCKET).key("a b/copy").sourceKey(KEY).build());
    HeadObjectRequest request = HeadObjectRequest.newBuilder().bucket(BUCKET).key("a b/copy").build();
    expect(V4.headObject(request).contentLength(), 5L);
  }

  static void list() {
    List<String> keys = new ArrayList<>();
    ListObjectsV2Request request =
        ListObjectsV2Request.newBuilder().bucket(BUCKET).prefix("a b/").maxKeys(1L).build();
    for (ListObjectsV2Result page : V1.listObjectsV2Paginator(request)) keys.add(page.contents().get(0).key());
    expect(keys, List.of("a b/copy", KEY));
    ListObjectsRequest folders = ListObjectsRequest.newBuilder().bucket(BUCKET).delimiter("/").build();
    expect(V4.listObjects(folders).commonPrefixes().get(0).prefix(), "a b/");
  }

  static long appendAt(long position, String content) {
    return V4.appendObject(AppendObjectRequest.newBuilder()
        .bucket(BUCKET).key("log").position(position).body(BinaryData.fromString(content)).build())
        .nextAppendPosition();
  }

  static void append() throws Exception {
    expect(appendAt(appendAt(0, "one"), "two"), 6L);
    expect(read("log"), "onetwo");
    refused(409, "PositionNotEqualToLength", () -> appendAt(1, "x"));
  }

  static void tag() {
    TagSet tags = TagSet.newBuilder().tags(List.of(Tag.newBuilder().key("color").value("黑 black").build())).build();
    V4.putObjectTagging(PutObjectTaggingRequest.newBuilder()
        .bucket(BUCKET).key(KEY).tagging(Tagging.newBuilder().tagSet(tags).build()).build());
    Tag tag = V4.getObjectTagging(GetObjectTaggingRequest.newBuilder().bucket(BUCKET).key(KEY).build())
        .tagging().tagSet().tags().get(0);
    expect(tag.key() + "=" + tag.value(), "color=黑 black");
  }

  static void acl() {
    V4.putObjectAcl(PutObjectAclRequest.newBuilder().bucket(BUCKET).key(KEY).objectAcl("public-read").build());
    GetObjectAclRequest request = GetObjectAclRequest.newBuilder().bucket(BUCKET).key(KEY).build();
    expect(V4.getObjectAcl(request).accessControlPolicy().accessControlList().grant(), "public-read");
  }

  static void putWithCallback() {
    PutObjectRequest request = putting(KEY, "hello").callback(CALLBACK).callbackVar(CALLBACK_VAR).build();
    expect(V1.putObject(request).callbackResult(), ANSWER);
  }

  static void multipartWithCallback() throws Exception {
    String uploadId = V4.initiateMultipartUpload(
        InitiateMultipartUploadRequest.newBuilder().bucket(BUCKET).key("big").build())
        .initiateMultipartUpload().uploadId();
    List<String> contents = List.of("a".repeat(PART_SIZE_MIN), "b");
    List<Part> parts = new ArrayList<>();
    for (String content : contents) {
      long number = parts.size() + 1;
      String etag = V4.uploadPart(UploadPartRequest.newBuilder()
          .bucket(BUCKET).key("big").uploadId(uploadId).partNumber(number)
          .body(BinaryData.fromString(content)).build()).eTag();
      parts.add(Part.newBuilder().partNumber(number).eTag(etag).build());
    }
    String answer = V4.completeMultipartUpload(CompleteMultipartUploadRequest.newBuilder()
        .bucket(BUCKET).key("big").uploadId(uploadId)
        .completeMultipartUpload(CompleteMultipartUpload.newBuilder().parts(parts).build())
        .callback(CALLBACK).callbackVar(CALLBACK_VAR).build()).callbackResult();
    expect(answer, ANSWER);
    expect(read("big"), String.join("", contents));
  }

  static void callbackThatFails() throws Exception {
    PutObjectRequest request = putting("kept", "x").callback(callback(ENV.get("UNREACHABLE_URL"))).build();
    PutObjectResult result = V4.putObject(request);
    expect(result.statusCode(), 203);
    expect(result.callbackResult().contains("<Code>CallbackFailed</Code>"), true);
    expect(read("kept"), "x");
  }

  static void presigned(OSSClient client) throws Exception {
    PresignResult put = client.presign(
        PutObjectRequest.newBuilder().bucket(BUCKET).key(KEY).contentType("text/plain").build());
    HttpRequest.Builder upload = HttpRequest.newBuilder(URI.create(put.url()))
        .method(put.method(), BodyPublishers.ofString("signed"));
    put.signedHeaders().orElse(Map.of()).forEach(upload::header);
    expect(send(upload).statusCode(), 200);

    String url = client.presign(getting(KEY).build()).url();
    HttpResponse<String> got = send(HttpRequest.newBuilder(URI.create(url)));
    expect(got.body(), "signed");
    expect(got.headers().firstValue("content-type").orElse(""), "text/plain");
    String other = url.replace("%E7%8C%AB", "other");
    expect(send(HttpRequest.newBuilder(URI.create(other))).statusCode(), 403);
  }

  static void noSuchKey() throws Exception {
    refused(404, "NoSuchKey", () -> read("missing"));
    expect(V4.doesObjectExist(BUCKET, "missing"), false);
  }

  static void wrongSecret() throws Exception {
    for (String version : List.of("v1", "v4")) {
      OSSClient stranger = open("wrong", version);
      refused(403, "SignatureDoesNotMatch", () -> stranger.getObject(getting(KEY).build()));
    }
  }

  static void delete() {
    V4.deleteObject(DeleteObjectRequest.newBuilder().bucket(BUCKET).key(KEY).build());
    expect(V4.doesObjectExist(BUCKET, KEY), false);
    List<DeleteObject> rest = V4.listObjectsV2(ListObjectsV2Request.newBuilder().bucket(BUCKET).build())
        .contents().stream().map(object -> DeleteObject.newBuilder().key(object.key()).build())
        .collect(Collectors.toList());
    int deleted = V4.deleteMultipleObjects(
        DeleteMultipleObjectsRequest.newBuilder().bucket(BUCKET).deleteObjects(rest).build())
        .deletedObjects().size();
    expect(deleted, rest.size());
    V4.deleteBucket(DeleteBucketRequest.newBuilder().bucket(BUCKET).build());
  }

  static String callback(String url) {
    return encode("{\"callbackUrl\":\"" + url + "\",\"callbackBody\":\"object=${object}&size=${size}&by=${x:by}\"}");
  }

  static String encode(String json) {
    return Base64.getEncoder().encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  static String read(String key) throws Exception {
    try (GetObjectResult result = V4.getObject(getting(key).build())) {
      return text(result.body());
    }
  }

  static String text(InputStream stream) throws Exception {
    return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
  }

  static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
  }

  static void refused(int status, String code, Step step) throws Exception {
    try {
      step.run();
    } catch (RuntimeException error) {
      ServiceException refusal = ServiceException.asCause(error);
      if (refusal == null) throw error;
      expect(refusal.statusCode(), status);
      expect(refusal.errorCode(), code);
      expect(refusal.requestId().length(), 24);
      return;
    }
    throw new AssertionError("not refused: " + code);
  }

  static void expect(Object actual, Object expected) {
    if (!Objects.equals(actual, expected)) throw new AssertionError(actual + " is not " + expected);
  }
}
