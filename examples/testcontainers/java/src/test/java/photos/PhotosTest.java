package photos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static ossemulator.OssEmulatorContainer.HOST_FROM_CONTAINER;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import ossemulator.OssEmulatorContainer;

@Testcontainers
class PhotosTest {
  @Container static final OssEmulatorContainer EMULATOR = new OssEmulatorContainer();
  @AutoClose private final OssEmulatorContainer.Account oss = EMULATOR.createAccount();
  @AutoClose private Photos photos;

  @BeforeEach
  void start() throws IOException {
    List<String> keyUrls = List.of(oss.endpoint() + "/");
    Photos.Settings settings =
        new Photos.Settings(oss.endpoint(), oss.region(), oss.bucket(), keyUrls, HOST_FROM_CONTAINER);
    photos = new Photos(settings, () -> oss.assumeRole(Photos.Keys::new));
  }

  @Test
  void aDirectUploadIsReportedToTheApplication() throws Exception {
    HttpResponse<String> response = Photos.upload(photos.permit("cat.jpg"), "meow");

    assertEquals(200, response.statusCode());
    assertEquals("{\"saved\":\"cat.jpg\"}", response.body());
    assertEquals(Map.of("cat.jpg", 4), photos.saved());
    assertEquals("succeeded", oss.waitForCallback("cat.jpg").get("status").getAsString());
  }

  @Test
  void aPermitWithoutItsCallbackIsRefused() throws Exception {
    Photos.Permit permit = new Photos.Permit(photos.permit("cat.jpg").url(), Map.of());

    HttpResponse<String> response = Photos.upload(permit, "meow");

    assertEquals(403, response.statusCode());
    assertCode("SignatureDoesNotMatch", response);
    assertEquals(Map.of(), photos.saved());
    assertEquals(List.of(), oss.callbacks());
  }

  @Test
  void aTokenThatHasExpiredIsReplaced() throws Exception {
    Photos.Permit old = photos.permit("cat.jpg");
    Photos.upload(old, "meow");
    oss.expire(Duration.ofMinutes(30)); // in this test a token is valid for 15 minutes, a permit for an hour

    assertCode("SecurityTokenExpired", Photos.upload(old, "meow"));
    assertEquals(4, photos.sizeInOss("cat.jpg")); // with new keys
    assertEquals("{\"saved\":\"dog.jpg\"}", Photos.upload(photos.permit("dog.jpg"), "woof!").body());
  }

  @Test
  void anUploadIsTriedAgainAndReportedOnce() throws Exception {
    oss.fault("{'operation': 'PutObject', 'times': 1, 'do': {'status': 503, 'code': 'SlowDown'}}");

    HttpResponse<String> response = Photos.upload(photos.permit("cat.jpg"), "meow");

    assertEquals(200, response.statusCode());
    oss.waitForCallback("cat.jpg");
    assertEquals(1, oss.callbacks().size());
  }

  private static void assertCode(String code, HttpResponse<String> response) {
    assertTrue(response.body().contains("<Code>" + code + "</Code>"), response.body());
  }
}
