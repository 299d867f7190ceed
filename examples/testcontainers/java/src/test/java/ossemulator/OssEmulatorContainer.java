package ossemulator;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * oss-emulator in a container, for Testcontainers: copy this file, and write {@code @Container static final
 * OssEmulatorContainer EMULATOR = new OssEmulatorContainer();} in a test class.
 *
 * <p>The container's ports are mapped to free ports of this machine. SDKs on this machine use {@link #endpoint}
 * unchanged, and signed URLs have the mapped port. The public key's URL in a callback has the address to which the
 * upload was sent, so an application server on this machine can fetch the key. Callbacks reach a server on this machine
 * under the host name {@link #HOST_FROM_CONTAINER}; on Linux they come through Docker's bridge, so the server must not
 * listen on 127.0.0.1 only.
 *
 * <p>Requires Gson.
 */
public final class OssEmulatorContainer extends GenericContainer<OssEmulatorContainer> {
  /** The host of a callbackUrl to this machine. */
  public static final String HOST_FROM_CONTAINER = "host.docker.internal";

  private static final int OSS_PORT = 6770;
  private static final int ADMIN_PORT = 6771;
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Gson GSON = new Gson();

  /** Uses the image named by the variable OSS_EMULATOR_IMAGE, or "oss-emulator". */
  public OssEmulatorContainer() {
    this(DockerImageName.parse(System.getenv().getOrDefault("OSS_EMULATOR_IMAGE", "oss-emulator")));
  }

  public OssEmulatorContainer(DockerImageName image) {
    super(image);
    withExposedPorts(OSS_PORT, ADMIN_PORT);
    withCommand("--memory");
    withExtraHost(HOST_FROM_CONTAINER, "host-gateway");
    waitingFor(Wait.forHttp("/health").forPort(ADMIN_PORT));
  }

  /** Sets the region. Default: cn-hangzhou. */
  public OssEmulatorContainer withRegion(String region) {
    return withSetting("region", region);
  }

  /** Accepts requests with any signature, and unsigned ones. */
  public OssEmulatorContainer withoutSignatureChecks() {
    return withSetting("auth", "off");
  }

  /** Sets any flag of the emulator by its name: {@code withSetting("log-level", "info")}. */
  public OssEmulatorContainer withSetting(String flag, String value) {
    return withEnv("OSS_EMULATOR_" + flag.toUpperCase(Locale.ROOT).replace('-', '_'), value);
  }

  /** Returns the endpoint for SDKs on this machine. A container on the same network uses {@code http://ALIAS:6770}. */
  public String endpoint() {
    return url(OSS_PORT);
  }

  /** Returns the address of the admin API and the console. */
  public String adminUrl() {
    return url(ADMIN_PORT);
  }

  /** Creates an account for one test, with keys and a bucket. */
  public Account createAccount() {
    String region = text(call("GET", adminUrl() + "/api/settings", null), "region");
    JsonObject made = call("POST", adminUrl() + "/api/accounts", Map.of());
    String uid = text(made, "uid");
    String bucket = "test-" + uid;
    call("PUT", adminUrl() + "/api/buckets/" + bucket, Map.of("owner", uid));
    String secret = text(made, "accessKeySecret");
    return new Account(endpoint(), region, bucket, uid, text(made, "accessKeyId"), secret, adminUrl());
  }

  /** 127.0.0.1 instead of localhost: SDKs then put the bucket into the path, so no host name must be resolved. */
  private String url(int port) {
    String host = getHost().equals("localhost") ? "127.0.0.1" : getHost();
    return "http://" + host + ":" + getMappedPort(port);
  }

  /** An OSS account of the emulator: its keys, its bucket, its callbacks, and the faults of its requests. */
  public record Account(
      String endpoint,
      String region,
      String bucket,
      String uid,
      String accessKeyId,
      String accessKeySecret,
      String adminUrl)
      implements AutoCloseable {

    /** Returns the newest callback for the object, as in /api/openapi.json, once it is complete. */
    public JsonObject waitForCallback(String key) {
      List<JsonObject> found = list("&wait=5s&key=" + encode(key));
      if (found.isEmpty()) throw new AssertionError("no callback for " + key + " in 5 s");
      return found.get(0);
    }

    /** Returns the account's callbacks, the newest first. */
    public List<JsonObject> callbacks() {
      return list("");
    }

    private List<JsonObject> list(String filter) {
      JsonObject found = call("GET", adminUrl + "/api/callbacks?account=" + uid + filter, null);
      List<JsonObject> callbacks = new ArrayList<>();
      found.getAsJsonArray("callbacks").forEach(one -> callbacks.add(one.getAsJsonObject()));
      return callbacks;
    }

    /** Makes requests of this account fail: {"operation": "PutObject", "times": 1, "do": {"status": 503}}. */
    public void fault(String rule) {
      JsonObject body = GSON.fromJson(rule, JsonObject.class);
      body.addProperty("account", uid);
      call("POST", adminUrl + "/api/faults", body);
    }

    /** Advances the clock by which tokens, signed URLs and policies expire, for all accounts, until {@link #close}. */
    public void expire(Duration by) {
      call("PUT", adminUrl + "/api/clock", Map.of("advance", by.toSeconds(), "scope", "expiry"));
    }

    /** Returns temporary keys from STS, which are valid for 15 minutes, as the application's own type. */
    public <T> T assumeRole(KeysFactory<T> make) {
      Map<String, String> query = new TreeMap<>();
      query.put("Action", "AssumeRole");
      query.put("Version", "2015-04-01");
      query.put("Format", "JSON");
      query.put("RoleArn", "acs:ram::" + uid + ":role/uploader");
      query.put("RoleSessionName", "test");
      query.put("DurationSeconds", "900");
      query.put("AccessKeyId", accessKeyId);
      query.put("SignatureMethod", "HMAC-SHA1");
      query.put("SignatureVersion", "1.0");
      query.put("SignatureNonce", UUID.randomUUID().toString());
      query.put("Timestamp", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
      String canonical =
          query.entrySet().stream()
              .map(pair -> pair.getKey() + "=" + encode(pair.getValue()))
              .collect(Collectors.joining("&"));
      String signature = encode(sign("GET&%2F&" + encode(canonical)));
      JsonObject reply = call("GET", endpoint + "/?" + canonical + "&Signature=" + signature, null);
      JsonObject keys = reply.getAsJsonObject("Credentials");
      return make.of(text(keys, "AccessKeyId"), text(keys, "AccessKeySecret"), text(keys, "SecurityToken"));
    }

    private String sign(String text) {
      try {
        Mac mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec((accessKeySecret + "&").getBytes(UTF_8), "HmacSHA1"));
        return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(UTF_8)));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    /** Deletes the account and everything that belongs to it, and resets the clock. */
    @Override
    public void close() {
      call("DELETE", adminUrl + "/api/clock", null);
      call("DELETE", adminUrl + "/api/accounts/" + uid, null);
    }
  }

  /** Makes the application's own type from the temporary keys that STS issues. */
  public interface KeysFactory<T> {
    T of(String accessKeyId, String accessKeySecret, String securityToken);
  }

  private static JsonObject call(String method, String url, Object body) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(60));
    if (body == null) request.method(method, BodyPublishers.noBody());
    else request.header("Content-Type", "application/json").method(method, BodyPublishers.ofString(GSON.toJson(body)));
    try {
      HttpResponse<String> response = HTTP.send(request.build(), BodyHandlers.ofString());
      if (response.statusCode() >= 300)
        throw new IllegalStateException(method + " " + url + ": " + response.statusCode() + ": " + response.body());
      return GSON.fromJson(response.body(), JsonObject.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String text(JsonObject json, String name) {
    return json.get(name).getAsString();
  }

  /** Percent-encodes as in RFC 3986. */
  private static String encode(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20").replace("*", "%2A").replace("%7E", "~");
  }
}
