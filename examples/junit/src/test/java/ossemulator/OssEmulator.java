package ossemulator;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
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
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A JUnit extension for oss-emulator: copy this file, and write {@code @ExtendWith(OssEmulator.class)} on a test class.
 *
 * <p>A test, or its {@code @BeforeEach}, with a parameter of the type {@link Account} receives a new account. The
 * account and everything that belongs to it are deleted when the test ends.
 *
 * <p>One emulator is used for the whole run. If OSS_EMULATOR_ADMIN is set, it is the running emulator with this admin
 * URL (OSS_EMULATOR_ENDPOINT is its endpoint if a container's port is mapped). Otherwise OSS_EMULATOR_COMMAND (default:
 * "oss-emulator") starts an emulator in memory and on free ports.
 *
 * <p>Requires Gson, and JUnit 5.13 or newer, which closes the values in its stores.
 */
public final class OssEmulator implements ParameterResolver {
  private static final Namespace STORE = Namespace.create(OssEmulator.class);
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Gson GSON = new Gson();

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Account.class;
  }

  @Override
  public Account resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Server server = context.getRoot().getStore(STORE).getOrComputeIfAbsent(Server.class, type -> Server.find(), Server.class);
    return context.getStore(STORE).getOrComputeIfAbsent(Account.class, type -> Account.create(server), Account.class);
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

    static Account create(Server server) {
      JsonObject made = call("POST", server.adminUrl + "/api/accounts", Map.of());
      String uid = text(made, "uid");
      Account account =
          new Account(
              server.endpoint,
              server.region,
              "test-" + uid,
              uid,
              text(made, "accessKeyId"),
              text(made, "accessKeySecret"),
              server.adminUrl);
      call("PUT", server.adminUrl + "/api/buckets/" + account.bucket, Map.of("owner", uid));
      return account;
    }

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

    /** Advances the clock by which tokens, signed URLs and policies expire, for all accounts, until the test ends. */
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

  /** An emulator, and its process if it was started here. */
  private record Server(String endpoint, String region, String adminUrl, Process process) implements AutoCloseable {

    static Server find() {
      String adminUrl = System.getenv("OSS_EMULATOR_ADMIN");
      return adminUrl == null ? start() : connect(adminUrl);
    }

    static Server connect(String adminUrl) {
      JsonObject settings = call("GET", adminUrl + "/api/settings", null);
      String endpoint = System.getenv().getOrDefault("OSS_EMULATOR_ENDPOINT", text(settings, "endpoint"));
      return new Server(endpoint, text(settings, "region"), adminUrl, null);
    }

    static Server start() {
      String command = System.getenv().getOrDefault("OSS_EMULATOR_COMMAND", "oss-emulator");
      List<String> words = new ArrayList<>(Arrays.asList(command.trim().split("\\s+")));
      words.addAll(List.of("--memory", "--port", "0", "--admin-port", "0", "--ready", "json"));
      try {
        Process process = new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String line = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8)).readLine();
        if (line == null) throw new IllegalStateException(command + " ended before it was ready");
        JsonObject ready = GSON.fromJson(line, JsonObject.class);
        return new Server(text(ready, "endpoint"), text(ready, "region"), text(ready, "adminUrl"), process);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws InterruptedException {
      if (process == null) return;
      process.destroy();
      process.waitFor();
    }
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
