package io.heliograph.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The steps of {@code docs/tutorial.md}: its files, its commands and the output that it promises. Only the port and the path of the socket
 * differ, and {@code javac} and {@code java} on the class path of this test replace Maven.
 */
@Timeout(120)
class TutorialTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern BLOCK =
            Pattern.compile("(?ms)^<!-- (file|add|output|run): (\\S+) -->\\n```\\w*\\n(.*?)^```");
    private static final String CLASS_PATH = System.getProperty("java.class.path");
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final String BACKEND = "src/main/java/Backend.java";

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    private List<MatchResult> blocks = List.of();
    private int port;

    @BeforeEach
    void readPage() throws IOException {
        port = freePort();
        String page = Files.readString(ROOT.resolve("docs/tutorial.md"))
                .replace("8000", Integer.toString(port))
                .replace("/tmp/shop.sock", scratch.path("s").toString());
        blocks = BLOCK.matcher(page).results().toList();
        Path modules = Files.createDirectory(scratch.path("node_modules"));
        try (Stream<Path> packages = Files.list(Path.of("node_modules").toAbsolutePath())) {
            for (Path each : packages.toList()) {
                Files.createSymbolicLink(modules.resolve(each.getFileName()), each);
            }
        }
        Files.createSymbolicLink(modules.resolve("heliograph-client"), ROOT.resolve("js"));
    }

    @Test
    void stepsDoWhatThePagePromises() throws Exception {
        assertThat(block("file", "pom.xml").lines())
                .contains(
                        "      <artifactId>heliograph-server</artifactId>",
                        "      <version>" + version() + "</version>");
        for (String file : List.of("price.mjs", "orders.mjs", "login.mjs", "follow.mjs", BACKEND)) {
            write(file, block("file", file));
        }
        try (Program shop = shop()) {
            assertThat(node("price.mjs").end()).isEqualTo(output("price.mjs"));
        }

        String listener = ".listen(\"ws://127.0.0.1:" + port + "/socketcluster/\", Protocols.socketCluster())\n";
        assertThat(block("file", BACKEND)).containsOnlyOnce(listener);
        write(BACKEND, block("file", BACKEND).replace(listener, listener + block("add", BACKEND)));
        try (Program shop = shop();
                Program orders = node("orders.mjs")) {
            orderUntilPrinted(orders);
            int before = orders.lines.size();
            buy();
            orders.awaitLines(before + 2);
            assertThat(withoutNumbers(orders.lines.subList(before, before + 2)))
                    .isEqualTo(withoutNumbers(output("orders.mjs")));
        }

        write(BACKEND, blocks("file", BACKEND).getLast());
        try (Program shop = shop();
                Program follow = node("follow.mjs")) {
            assertThat(node("login.mjs").end()).isEqualTo(output("login.mjs"));

            orderUntilPrinted(follow);
            follow.enter();
            await().until(() -> follow.lines.getLast().equals("offline"));
            int before = follow.lines.size();
            buyOverUnixSocket(2);
            buyOverUnixSocket(3);
            follow.enter();
            follow.awaitLines(before + 2);
            buyOverUnixSocket(4);
            follow.awaitLines(before + 3);
            String user = System.getProperty("user.name");
            assertThat(follow.lines.subList(before, follow.lines.size()))
                    .containsExactly(user + " bought 2 × pen", user + " bought 3 × pen", user + " bought 4 × pen");
        }
    }

    /** Orders until a subscriber prints the first order: its subscription may not have reached the shop before. */
    private void orderUntilPrinted(Program subscriber) {
        await().pollInterval(Duration.ofMillis(50)).until(() -> {
            buyOverUnixSocket(0);
            return !subscriber.lines.isEmpty();
        });
        // Each order is printed before those that follow.
        buyOverUnixSocket(99);
        await().until(() -> subscriber.lines.getLast().contains("99"));
    }

    private void buy() {
        List<String> commands = block("run", "buy").lines().toList();
        assertThat(commands)
                .hasSize(2)
                .allSatisfy(command -> assertThat(command).startsWith("./helio call "));
        for (String command : commands) {
            String[] words = command.split(" ", -1);
            helio(words[1], words[2], words[3], words[4].replace("'", ""));
        }
    }

    private void buyOverUnixSocket(int count) {
        helio("call", "unix:" + scratch.path("s"), "order", "[\"pen\"," + count + "]");
    }

    private void helio(String... arguments) {
        List<String> command = new ArrayList<>(java());
        command.add("io.heliograph.cli.Helio");
        command.addAll(List.of(arguments));
        assertThat(new Program(command).end()).isNotEmpty();
    }

    private static List<String> withoutNumbers(List<String> lines) {
        return lines.stream()
                .map(line -> line.replaceFirst("order \\d+", "order"))
                .toList();
    }

    private Program shop() {
        Path classes = scratch.path("classes");
        int result = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-cp",
                        CLASS_PATH,
                        "-d",
                        classes.toString(),
                        scratch.path(BACKEND).toString());
        assertThat(result).as("result of javac").isZero();
        List<String> command = new ArrayList<>(
                List.of(JAVA, "--enable-native-access=ALL-UNNAMED", "-cp", classes + File.pathSeparator + CLASS_PATH));
        command.add("Backend");
        Program shop = new Program(command);
        shop.awaitLines(1);
        assertThat(shop.lines).containsExactly("The shop is open.");
        return shop;
    }

    private Program node(String script) {
        return new Program(List.of("node", script));
    }

    private static List<String> java() {
        return List.of(JAVA, "--enable-native-access=ALL-UNNAMED", "-cp", CLASS_PATH);
    }

    private List<String> output(String name) {
        return block("output", name).lines().toList();
    }

    private String block(String kind, String name) {
        return blocks(kind, name).getFirst();
    }

    private List<String> blocks(String kind, String name) {
        List<String> found = blocks.stream()
                .filter(block -> block.group(1).equals(kind) && block.group(2).equals(name))
                .map(block -> block.group(3))
                .toList();
        assertThat(found).as("block '" + kind + ": " + name + "' of the page").isNotEmpty();
        return found;
    }

    private void write(String name, String text) throws IOException {
        Path file = scratch.path(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static String version() throws IOException {
        String pom = Files.readString(ROOT.resolve("pom.xml"));
        return pom.substring(pom.indexOf("<version>") + "<version>".length(), pom.indexOf("</version>"));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** A program in the folder of the tutorial; its standard output by lines. */
    private final class Program implements AutoCloseable {

        final List<String> lines = new CopyOnWriteArrayList<>();
        private final Process process;
        private final BufferedWriter input;
        private final Thread reader;

        Program(List<String> command) {
            try {
                process = new ProcessBuilder(command)
                        .directory(scratch.folder().toFile())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            input = process.outputWriter(UTF_8);
            reader = Thread.ofVirtual()
                    .start(() -> process.inputReader(UTF_8).lines().forEach(lines::add));
        }

        void awaitLines(int count) {
            await().until(() -> lines.size() >= count || !process.isAlive());
            assertThat(lines).hasSizeGreaterThanOrEqualTo(count);
        }

        void enter() throws IOException {
            input.newLine();
            input.flush();
        }

        /** Waits for the end of the program and returns its output. */
        List<String> end() {
            try (this) {
                assertThat(process.waitFor(30, TimeUnit.SECONDS))
                        .as("end of the program")
                        .isTrue();
                assertThat(process.exitValue()).isZero();
                reader.join();
                return List.copyOf(lines);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void close() {
            process.destroy();
            await().until(() -> !process.isAlive());
        }
    }
}
