import com.aliyun.credentials.Client;
import com.aliyun.credentials.models.Config;
import com.aliyun.credentials.models.CredentialModel;
import com.aliyun.oss.ClientBuilderConfiguration;
import com.aliyun.oss.OSS;
import com.aliyun.oss.OSSClientBuilder;
import java.io.ByteArrayInputStream;
import java.util.Map;

/** Gets temporary keys with the official Java client, and uploads with them. */
public class StsClient {
  public static void main(String[] args) {
    String name = "credentials-java";
    Map<String, String> env = System.getenv();
    Config config = new Config()
        .setType("ram_role_arn")
        .setAccessKeyId(env.get("ACCESS_KEY_ID"))
        .setAccessKeySecret(env.get("ACCESS_KEY_SECRET"))
        .setRoleArn(env.get("ROLE_ARN"))
        .setRoleSessionName(name)
        .setRoleSessionExpiration(900)
        .setSTSEndpoint(env.get("STS_HOST"));
    CredentialModel keys = new Client(config).getCredential();

    ClientBuilderConfiguration pathStyle = new ClientBuilderConfiguration();
    pathStyle.setSLDEnabled(true);
    OSS oss = new OSSClientBuilder().build(
        env.get("OSS_ENDPOINT"),
        keys.getAccessKeyId(),
        keys.getAccessKeySecret(),
        keys.getSecurityToken(),
        pathStyle);
    oss.putObject("photos", name, new ByteArrayInputStream(name.getBytes()));
    oss.shutdown();
    System.exit(0);
  }
}
