package photos;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.aliyun.oss.ClientBuilderConfiguration;
import com.aliyun.oss.HttpMethod;
import com.aliyun.oss.OSS;
import com.aliyun.oss.OSSClientBuilder;
import com.aliyun.oss.OSSException;
import com.aliyun.oss.common.auth.DefaultCredentialProvider;
import com.aliyun.oss.common.comm.SignVersion;
import com.aliyun.oss.model.GeneratePresignedUrlRequest;
import com.google.gson.Gson;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The application under test: clients upload photos directly to OSS, and OSS notifies this server of each of them.
 *
 * <p>It uses temporary keys, and fetches new ones when they have expired.
 */
public final class Photos implements AutoCloseable {
  /** The trusted prefixes of the public key's URL in production. */
  public static final List<String> KEY_URLS_OF_OSS =
      List.of("http://gosspublic.alicdn.com/", "https://gosspublic.alicdn.com/");

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Gson GSON = new Gson();

  /** {@code host} is the name or address at which OSS reaches this server. */
  public record Settings(String endpoint, String region, String bucket, List<String> keyUrls, String host) {}

  /** Temporary keys, as STS issues them. */
  public record Keys(String accessKeyId, String accessKeySecret, String securityToken) {}

  /** A permit to upload one photo: a signed URL and the headers that it signs. */
  public record Permit(URI url, Map<String, String> headers) {}

  private final Map<String, Integer> saved = new ConcurrentHashMap<>();
  private final Settings settings;
  private final Supplier<Keys> fetchKeys;
  private final HttpServer server;
  private OSS client;

  public Photos(Settings settings, Supplier<Keys> fetchKeys) throws IOException {
    this.settings = settings;
    this.fetchKeys = fetchKeys;
    client = connect();
    server = HttpServer.create(new InetSocketAddress(0), 0);
    server.createContext("/uploaded", this::receiveCallback);
    server.start();
  }

  @Override
  public void close() {
    server.stop(0);
    client.shutdown();
  }

  /** Returns the sizes of the photos that OSS has reported. */
  public Map<String, Integer> saved() {
    return Map.copyOf(saved);
  }

  public Permit permit(String name) {
    String url = "http://" + settings.host + ":" + server.getAddress().getPort() + "/uploaded";
    Map<String, String> callback = Map.of("callbackUrl", url, "callbackBody", "name=${object}&size=${size}");
    String encoded = Base64.getEncoder().encodeToString(GSON.toJson(callback).getBytes(UTF_8));
    GeneratePresignedUrlRequest request = new GeneratePresignedUrlRequest(settings.bucket, name, HttpMethod.PUT);
    request.setExpiration(Date.from(Instant.now().plus(Duration.ofHours(1))));
    request.addHeader("x-oss-callback", encoded);
    return new Permit(URI.create(client.generatePresignedUrl(request).toString()), Map.of("x-oss-callback", encoded));
  }

  /** Returns the size of a photo according to OSS. */
  public long sizeInOss(String name) {
    try {
      return client.getObjectMetadata(settings.bucket, name).getContentLength();
    } catch (OSSException e) {
      if (!e.getErrorCode().equals("SecurityTokenExpired")) throw e;
      client.shutdown();
      client = connect();
      return client.getObjectMetadata(settings.bucket, name).getContentLength();
    }
  }

  private OSS connect() {
    Keys keys = fetchKeys.get();
    ClientBuilderConfiguration configuration = new ClientBuilderConfiguration();
    configuration.setSignatureVersion(SignVersion.V4);
    return OSSClientBuilder.create()
        .endpoint(settings.endpoint)
        .region(settings.region)
        .credentialsProvider(
            new DefaultCredentialProvider(keys.accessKeyId, keys.accessKeySecret, keys.securityToken))
        .clientConfiguration(configuration)
        .build();
  }

  /** OSS requires status 200, JSON and a Content-Length. */
  private void receiveCallback(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    boolean known = isFromOss(exchange, body);
    Map<String, String> answer = Map.of("error", "not from OSS");
    if (known) {
      Map<String, String> form = parseForm(new String(body, UTF_8));
      saved.put(form.get("name"), Integer.valueOf(form.get("size")));
      answer = Map.of("saved", form.get("name"));
    }
    byte[] content = GSON.toJson(answer).getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(known ? 200 : 403, content.length);
    exchange.getResponseBody().write(content);
    exchange.close();
  }

  private static Map<String, String> parseForm(String body) {
    return Arrays.stream(body.split("&"))
        .map(pair -> pair.split("=", 2))
        .collect(Collectors.toMap(pair -> pair[0], pair -> URLDecoder.decode(pair[1], UTF_8)));
  }

  private boolean isFromOss(HttpExchange exchange, byte[] body) throws IOException {
    String keyUrl = new String(decode(exchange, "x-oss-pub-key-url"), UTF_8);
    if (settings.keyUrls.stream().noneMatch(keyUrl::startsWith)) return false;
    URI target = exchange.getRequestURI();
    String query = target.getRawQuery() == null ? "" : "?" + target.getRawQuery();
    try {
      String pem = HTTP.send(HttpRequest.newBuilder(URI.create(keyUrl)).build(), BodyHandlers.ofString()).body();
      byte[] der = Base64.getDecoder().decode(pem.replaceAll("-----[A-Z ]+-----|\\s", ""));
      Signature signature = Signature.getInstance("MD5withRSA");
      signature.initVerify(KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(der)));
      signature.update((target.getPath() + query + "\n").getBytes(UTF_8));
      signature.update(body);
      return signature.verify(decode(exchange, "Authorization"));
    } catch (GeneralSecurityException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static byte[] decode(HttpExchange exchange, String header) {
    String text = exchange.getRequestHeaders().getFirst(header);
    return Base64.getDecoder().decode(text == null ? "" : text);
  }

  /** Runs in a client: uploads with a permit, and retries while OSS returns 503. */
  public static HttpResponse<String> upload(Permit permit, String content) throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(permit.url).PUT(HttpRequest.BodyPublishers.ofString(content));
    permit.headers.forEach(request::header);
    HttpResponse<String> response = HTTP.send(request.build(), BodyHandlers.ofString());
    for (int attempt = 2; attempt <= 3 && response.statusCode() == 503; attempt++)
      response = HTTP.send(request.build(), BodyHandlers.ofString());
    return response;
  }
}
