import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Uses Hadoop's S3A like Spark and Hive: prints each successful step, and ends at the first failure.
 * javax.net.ssl.trustStore contains the emulator's certificate authority.
 */
public class Main {
  static final String BUCKET = System.getenv("BUCKET");
  static final int PART_SIZE_MIN = 5 * 1024 * 1024;

  interface Step {
    void run() throws Exception;
  }

  static void step(String name, Step work) throws Exception {
    work.run();
    System.out.println(name);
  }

  static void expect(Object actual, Object expected) {
    if (!actual.equals(expected)) throw new AssertionError(actual + " is not " + expected);
  }

  /** The documented setting: a listing of OSS has at most 1,000 keys, and S3A requests 5,000. */
  static void cure(Configuration conf) {
    conf.setInt("fs.s3a.paging.maximum", 1000);
  }

  static FileSystem open(boolean isCured) throws Exception {
    Configuration conf = new Configuration();
    conf.set("fs.s3a.endpoint", System.getenv("S3_TLS_ENDPOINT"));
    conf.set("fs.s3a.endpoint.region", "cn-hangzhou");
    conf.set("fs.s3a.access.key", System.getenv("ACCESS_KEY_ID"));
    conf.set("fs.s3a.secret.key", System.getenv("ACCESS_KEY_SECRET"));
    conf.setBoolean("fs.s3a.path.style.access", "path".equals(System.getenv("STYLE")));
    if (isCured) cure(conf);
    conf.set("fs.s3a.multipart.size", "5M");
    conf.set("fs.s3a.fast.upload.buffer", "bytebuffer");
    conf.setInt("fs.s3a.attempts.maximum", 1);
    conf.setInt("fs.s3a.retry.limit", 1);
    // S3A checks the bucket with HEAD, whose error has no message.
    conf.setInt("fs.s3a.bucket.probe", 0);
    return FileSystem.newInstance(new URI("s3a://" + BUCKET + "/"), conf);
  }

  static byte[] read(FileSystem fs, Path path) throws Exception {
    try (FSDataInputStream in = fs.open(path)) {
      return in.readAllBytes();
    }
  }

  public static void main(String[] args) throws Exception {
    FileSystem byDefault = open(false);
    FileSystem fs = open(true);
    Path small = new Path("/a b/猫+.txt");
    Path big = new Path("/tables/part-0");
    byte[] content = new byte[2 * PART_SIZE_MIN + 1];
    Arrays.fill(content, (byte) 'a');

    step("write", () -> {
      try (FSDataOutputStream out = fs.create(small)) {
        out.write("hello".getBytes(StandardCharsets.UTF_8));
      }
      try (FSDataOutputStream out = fs.create(big)) {
        out.write(content);
      }
    });
    step("read", () -> {
      expect(new String(read(fs, small), StandardCharsets.UTF_8), "hello");
      expect(Arrays.equals(read(fs, big), content), true);
      expect(fs.getFileStatus(big).getLen(), (long) content.length);
    });
    step("refused: listing", () -> {
      try {
        byDefault.listStatus(new Path("/"));
      } catch (java.io.IOException error) {
        expect(error.getMessage().contains("max-keys"), true);
        return;
      }
      throw new AssertionError("accepted");
    });
    step("list", () -> {
      FileStatus[] found = fs.listStatus(new Path("/"));
      expect(found.length, 2);
      expect(fs.exists(new Path("/missing")), false);
    });
    step("rename", () -> {
      expect(fs.rename(new Path("/tables"), new Path("/renamed")), true);
      expect(fs.exists(big), false);
      expect(fs.getFileStatus(new Path("/renamed/part-0")).getLen(), (long) content.length);
    });
    step("delete", () -> {
      expect(fs.delete(new Path("/a b"), true), true);
      expect(fs.delete(new Path("/renamed"), true), true);
      expect(fs.listStatus(new Path("/")).length, 0);
    });
    byDefault.close();
    fs.close();
  }
}
