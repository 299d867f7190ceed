// The set-up code that examples/junit would need without its helper.
package photos;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

abstract class WithOss {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static Process process;
  private static String endpoint;
  private static String adminUrl;
  protected final Oss oss = new Oss();

  @BeforeAll
  static void startEmulator() throws Exception {
    int port = freePort();
    int adminPort = freePort();
    endpoint = "http://127.0.0.1:" + port;
    adminUrl = "http://127.0.0.1:" + adminPort;
    List<String> words = new ArrayList<>(Arrays.asList(System.getenv("OSS_EMULATOR_COMMAND").split(" ")));
    words.addAll(List.of("--memory", "--port=" + port, "--admin-port=" + adminPort));
    process = new ProcessBuilder(words).inheritIO().start();
    for (int attempt = 0; attempt < 100; attempt++) {
      try {
        call("GET", adminUrl + "/health", "");
        return;
      } catch (IOException e) {
        Thread.sleep(100);
      }
    }
    throw new IllegalStateException("the emulator did not start");
  }

  @AfterAll
  static void stopEmulator() throws Exception {
    process.destroy();
    process.waitFor();
  }

  @BeforeEach
  void makeBucket() throws Exception {
    call("PUT", adminUrl + "/api/buckets/photos", "{}");
  }

  @AfterEach
  void reset() throws Exception {
    call("POST", adminUrl + "/api/reset", "{}");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static JsonObject call(String method, String url, String body) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).method(method, BodyPublishers.ofString(body));
    if (!body.isEmpty()) request.header("Content-Type", "application/json");
    var response = HTTP.send(request.build(), BodyHandlers.ofString());
    if (response.statusCode() >= 300) throw new IllegalStateException(response.body());
    return new Gson().fromJson(response.body(), JsonObject.class);
  }

  static class Oss {
    String endpoint() {
      return endpoint;
    }

    String region() {
      return "cn-hangzhou";
    }

    String bucket() {
      return "photos";
    }

    List<JsonObject> callbacks() throws Exception {
      List<JsonObject> callbacks = new ArrayList<>();
      for (JsonElement one : call("GET", adminUrl + "/api/callbacks", "").getAsJsonArray("callbacks"))
        callbacks.add(one.getAsJsonObject());
      return callbacks;
    }

    JsonObject waitForCallback(String key) throws Exception {
      for (int attempt = 0; attempt < 50; attempt++) {
        for (JsonObject one : callbacks())
          if (one.get("key").getAsString().equals(key) && !one.get("status").getAsString().equals("sending")) return one;
        Thread.sleep(100);
      }
      throw new AssertionError("no callback for " + key);
    }

    void fault(String rule) throws Exception {
      call("POST", adminUrl + "/api/faults", rule.replace('\'', '"'));
    }

    void expire(Duration by) throws Exception {
      call("PUT", adminUrl + "/api/clock", "{\"scope\": \"expiry\", \"advance\": " + by.toSeconds() + "}");
    }

    interface Make<T> {
      T of(String accessKeyId, String accessKeySecret, String securityToken);
    }

    <T> T assumeRole(Make<T> make) {
      Map<String, String> query = new TreeMap<>();
      query.put("Action", "AssumeRole");
      query.put("Version", "2015-04-01");
      query.put("Format", "JSON");
      query.put("RoleArn", "acs:ram::1000000000000001:role/uploader");
      query.put("RoleSessionName", "test");
      query.put("DurationSeconds", "900");
      query.put("AccessKeyId", "oss-emulator");
      query.put("SignatureMethod", "HMAC-SHA1");
      query.put("SignatureVersion", "1.0");
      query.put("SignatureNonce", UUID.randomUUID().toString());
      query.put("Timestamp", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
      String canonical =
          query.entrySet().stream()
              .map(pair -> pair.getKey() + "=" + encode(pair.getValue()))
              .collect(Collectors.joining("&"));
      try {
        Mac mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec("oss-emulator-secret&".getBytes(UTF_8), "HmacSHA1"));
        byte[] signature = mac.doFinal(("GET&%2F&" + encode(canonical)).getBytes(UTF_8));
        String signed = canonical + "&Signature=" + encode(Base64.getEncoder().encodeToString(signature));
        JsonObject keys = call("GET", endpoint + "/?" + signed, "").getAsJsonObject("Credentials");
        return make.of(
            keys.get("AccessKeyId").getAsString(),
            keys.get("AccessKeySecret").getAsString(),
            keys.get("SecurityToken").getAsString());
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }

    private static String encode(String text) {
      return URLEncoder.encode(text, UTF_8).replace("+", "%20").replace("*", "%2A").replace("%7E", "~");
    }
  }
}
