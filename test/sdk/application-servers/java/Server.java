// An application server for OSS's upload callbacks: callers other than OSS receive 403.
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URL;
import java.net.URLDecoder;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

public class Server {
    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(System.getenv("PORT"));
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
        server.createContext("/", Server::answer);
        server.start();
        System.out.println("ready");
    }

    static void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        boolean known = isFromOss(exchange, body);
        String status = known ? "OK" : "verify not ok";
        byte[] answer = ("{\"Status\":\"" + status + "\"}").getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(known ? 200 : 403, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    static boolean isFromOss(HttpExchange exchange, byte[] body) throws IOException {
        String keyUrl = new String(fromBase64(exchange, "x-oss-pub-key-url"), UTF_8);
        if (!keyUrl.startsWith("http://gosspublic.alicdn.com/")
            && !keyUrl.startsWith("https://gosspublic.alicdn.com/")) {
            return false;
        }
        String pem;
        try (InputStream stream = new URL(keyUrl).openStream()) {
            pem = new String(stream.readAllBytes(), UTF_8);
        }
        String der = pem.replace("-----BEGIN PUBLIC KEY-----", "")
            .replace("-----END PUBLIC KEY-----", "").replaceAll("\\s", "");
        URI uri = exchange.getRequestURI();
        String signed = URLDecoder.decode(uri.getRawPath(), UTF_8);
        if (uri.getRawQuery() != null && !uri.getRawQuery().isEmpty()) {
            signed += "?" + uri.getRawQuery();
        }
        try {
            PublicKey key = KeyFactory.getInstance("RSA")
                .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(der)));
            Signature signature = Signature.getInstance("MD5withRSA");
            signature.initVerify(key);
            signature.update((signed + "\n").getBytes(UTF_8));
            signature.update(body);
            return signature.verify(fromBase64(exchange, "authorization"));
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    static byte[] fromBase64(HttpExchange exchange, String header) {
        String text = exchange.getRequestHeaders().getFirst(header);
        return Base64.getDecoder().decode(text == null ? "" : text);
    }
}
