import com.aliyun.oss.ClientBuilderConfiguration;
import com.aliyun.oss.HttpMethod;
import com.aliyun.oss.OSS;
import com.aliyun.oss.OSSClientBuilder;
import com.aliyun.oss.OSSException;
import com.aliyun.oss.common.auth.DefaultCredentialProvider;
import com.aliyun.oss.common.comm.SignVersion;
import com.aliyun.oss.model.AppendObjectRequest;
import com.aliyun.oss.model.Callback;
import com.aliyun.oss.model.CannedAccessControlList;
import com.aliyun.oss.model.CompleteMultipartUploadRequest;
import com.aliyun.oss.model.DeleteObjectsRequest;
import com.aliyun.oss.model.DownloadFileRequest;
import com.aliyun.oss.model.GeneratePresignedUrlRequest;
import com.aliyun.oss.model.GenericResult;
import com.aliyun.oss.model.GetObjectRequest;
import com.aliyun.oss.model.InitiateMultipartUploadRequest;
import com.aliyun.oss.model.ListObjectsRequest;
import com.aliyun.oss.model.ListObjectsV2Request;
import com.aliyun.oss.model.OSSObject;
import com.aliyun.oss.model.OSSObjectSummary;
import com.aliyun.oss.model.ObjectListing;
import com.aliyun.oss.model.ObjectMetadata;
import com.aliyun.oss.model.ObjectPermission;
import com.aliyun.oss.model.PartETag;
import com.aliyun.oss.model.PutObjectRequest;
import com.aliyun.oss.model.UploadPartRequest;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Uses aliyun-sdk-oss like an application: prints each successful step, and ends at the first failure. */
public class Main {
  interface Step {
    void run() throws Exception;
  }

  static final Map<String, String> ENV = System.getenv();
  static final String BUCKET = ENV.get("BUCKET");
  static final String KEY = "a b/猫.txt";
  static final int PART_SIZE_MIN = 100 * 1024;
  static final long MINUTE = 60_000;
  static final String ANSWER = "{\"Status\":\"OK\"}";
  static final OSS V1 = open(ENV.get("ACCESS_KEY_SECRET"), SignVersion.V1);
  static final OSS V4 = open(ENV.get("ACCESS_KEY_SECRET"), SignVersion.V4);

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
    steps.put("recovers from faults", Main::recoverFromFaults);
    steps.put("delete", Main::delete);
    for (Map.Entry<String, Step> step : steps.entrySet()) {
      step.getValue().run();
      System.out.println(step.getKey());
    }
    V1.shutdown();
    V4.shutdown();
  }

  /** For hosts other than Alibaba's the SDK omits the bucket, unless it is configured to put it into the path. */
  static OSS open(String secret, SignVersion version) {
    ClientBuilderConfiguration configuration = new ClientBuilderConfiguration();
    configuration.setSignatureVersion(version);
    configuration.setSLDEnabled(!ENV.get("OSS_ENDPOINT").contains(".aliyuncs.com"));
    return OSSClientBuilder.create()
        .endpoint(ENV.get("OSS_ENDPOINT"))
        .region("cn-hangzhou")
        .credentialsProvider(new DefaultCredentialProvider(ENV.get("ACCESS_KEY_ID"), secret))
        .clientConfiguration(configuration)
        .build();
  }

  static void createBucket() {
    V4.createBucket(BUCKET);
    expect(V1.getBucketInfo(BUCKET).getBucket().getName(), BUCKET);
  }

  /** The SDK repeats an upload by itself; a download into a file continues with the missing parts. */
  static void recoverFromFaults() throws Exception {
    String content = "b".repeat(PART_SIZE_MIN + 1);
    V4.putObject(BUCKET, "flaky/1", bytes(content));
    V4.putObject(BUCKET, "flaky/2", bytes(content));
    Path file = Files.createTempDirectory("flaky").resolve("2");
    DownloadFileRequest request = new DownloadFileRequest(BUCKET, "flaky/2");
    request.setDownloadFile(file.toString());
    request.setEnableCheckpoint(true);
    expect(isDownloaded(request), false);
    expect(isDownloaded(request), true);
    expect(Files.readString(file), content);
  }

  static boolean isDownloaded(DownloadFileRequest request) {
    try {
      V4.downloadFile(request);
      return true;
    } catch (Throwable broken) {
      return false;
    }
  }

  static void put() {
    ObjectMetadata metadata = new ObjectMetadata();
    metadata.addUserMetadata("by", "tom");
    String etag = V4.putObject(BUCKET, KEY, bytes("hello"), metadata).getETag();
    expect(etag, "5D41402ABC4B2A76B9719D911017C592");
  }

  static void get() throws Exception {
    OSSObject object = V1.getObject(BUCKET, KEY);
    expect(text(object.getObjectContent()), "hello");
    expect(object.getObjectMetadata().getUserMetadata().get("by"), "tom");
  }

  static void getRange() throws Exception {
    GetObjectRequest request = new GetObjectRequest(BUCKET, KEY);
    request.setRange(1, 3);
    expect(text(V4.getObject(request).getObjectContent()), "ell");
  }

  static void copy() {
    V4.copyObject(BUCKET, KEY, BUCKET, "a b/copy");
    expect(V4.getObjectMetadata(BUCKET, "a b/copy").getContentLength(), 5L);
  }

  static void list() {
    List<String> keys = new ArrayList<>();
    ListObjectsRequest request = new ListObjectsRequest(BUCKET).withPrefix("a b/").withMaxKeys(1);
    ObjectListing page;
    do {
      page = V1.listObjects(request);
      page.getObjectSummaries().forEach(object -> keys.add(object.getKey()));
      request.setMarker(page.getNextMarker());
    } while (page.isTruncated());
    expect(keys, List.of("a b/copy", KEY));
    ListObjectsV2Request folders = new ListObjectsV2Request(BUCKET).withDelimiter("/");
    expect(V4.listObjectsV2(folders).getCommonPrefixes(), List.of("a b/"));
  }

  static void append() throws Exception {
    AppendObjectRequest request = new AppendObjectRequest(BUCKET, "log", bytes("one")).withPosition(0L);
    long position = V4.appendObject(request).getNextPosition();
    V4.appendObject(new AppendObjectRequest(BUCKET, "log", bytes("two")).withPosition(position));
    expect(read("log"), "onetwo");
    refused("PositionNotEqualToLength",
        () -> V4.appendObject(new AppendObjectRequest(BUCKET, "log", bytes("x")).withPosition(1L)));
  }

  static void tag() {
    V4.setObjectTagging(BUCKET, KEY, Map.of("color", "黑 black"));
    expect(V4.getObjectTagging(BUCKET, KEY).getAllTags(), Map.of("color", "黑 black"));
  }

  static void acl() {
    V4.setObjectAcl(BUCKET, KEY, CannedAccessControlList.PublicRead);
    expect(V4.getObjectAcl(BUCKET, KEY).getPermission(), ObjectPermission.PublicRead);
  }

  static void putWithCallback() throws Exception {
    PutObjectRequest request = new PutObjectRequest(BUCKET, KEY, bytes("hello"));
    request.setCallback(callback(ENV.get("CALLBACK_URL")));
    expect(answerOf(V1.putObject(request)), ANSWER);
  }

  static void multipartWithCallback() throws Exception {
    String uploadId = V4.initiateMultipartUpload(new InitiateMultipartUploadRequest(BUCKET, "big")).getUploadId();
    List<String> contents = List.of("a".repeat(PART_SIZE_MIN), "b");
    List<PartETag> parts = new ArrayList<>();
    for (String content : contents) {
      int number = parts.size() + 1;
      parts.add(V4.uploadPart(
          new UploadPartRequest(BUCKET, "big", uploadId, number, bytes(content), content.length())).getPartETag());
    }
    CompleteMultipartUploadRequest request = new CompleteMultipartUploadRequest(BUCKET, "big", uploadId, parts);
    request.setCallback(callback(ENV.get("CALLBACK_URL")));
    expect(answerOf(V4.completeMultipartUpload(request)), ANSWER);
    expect(read("big"), String.join("", contents));
  }

  static void callbackThatFails() throws Exception {
    PutObjectRequest request = new PutObjectRequest(BUCKET, "kept", bytes("x"));
    request.setCallback(callback(ENV.get("UNREACHABLE_URL")));
    refused("CallbackFailed", () -> V4.putObject(request));
    expect(read("kept"), "x");
  }

  static void presigned(OSS client) throws Exception {
    Date soon = new Date(System.currentTimeMillis() + MINUTE);
    GeneratePresignedUrlRequest put = new GeneratePresignedUrlRequest(BUCKET, KEY, HttpMethod.PUT);
    put.setExpiration(soon);
    put.setContentType("text/plain");
    Map<String, String> headers = new HashMap<>(Map.of("Content-Type", "text/plain"));
    client.putObject(client.generatePresignedUrl(put), bytes("signed"), 6, headers);

    URL url = client.generatePresignedUrl(BUCKET, KEY, soon);
    HttpURLConnection got = (HttpURLConnection) url.openConnection();
    expect(text(got.getInputStream()), "signed");
    expect(got.getContentType(), "text/plain");
    URL other = new URL(url.toString().replace("%E7%8C%AB", "other"));
    expect(((HttpURLConnection) other.openConnection()).getResponseCode(), 403);
  }

  static void noSuchKey() throws Exception {
    refused("NoSuchKey", () -> V4.getObject(BUCKET, "missing"));
    expect(V4.doesObjectExist(BUCKET, "missing"), false);
  }

  static void wrongSecret() throws Exception {
    for (SignVersion version : List.of(SignVersion.V1, SignVersion.V4)) {
      OSS stranger = open("wrong", version);
      refused("SignatureDoesNotMatch", () -> stranger.getObject(BUCKET, KEY));
      stranger.shutdown();
    }
  }

  static void delete() {
    V4.deleteObject(BUCKET, KEY);
    expect(V4.doesObjectExist(BUCKET, KEY), false);
    List<String> rest = V4.listObjectsV2(BUCKET).getObjectSummaries().stream().map(OSSObjectSummary::getKey).toList();
    expect(V4.deleteObjects(new DeleteObjectsRequest(BUCKET).withKeys(rest)).getDeletedObjects(), rest);
    V4.deleteBucket(BUCKET);
  }

  static Callback callback(String url) {
    Callback callback = new Callback();
    callback.setCallbackUrl(url);
    callback.setCallbackBody("object=${object}&size=${size}&by=${x:by}");
    callback.addCallbackVar("x:by", "tom & co");
    return callback;
  }

  static String answerOf(GenericResult result) throws Exception {
    return text(result.getResponse().getContent());
  }

  static String read(String key) throws Exception {
    return text(V4.getObject(BUCKET, key).getObjectContent());
  }

  static InputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  static String text(InputStream stream) throws Exception {
    try (stream) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  static void refused(String code, Step step) throws Exception {
    try {
      step.run();
    } catch (OSSException refusal) {
      expect(refusal.getErrorCode(), code);
      expect(refusal.getRequestId().length(), 24);
      return;
    }
    throw new AssertionError("not refused: " + code);
  }

  static void expect(Object actual, Object expected) {
    if (!Objects.equals(actual, expected)) throw new AssertionError(actual + " is not " + expected);
  }
}
