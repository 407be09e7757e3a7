package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Compiles the Java examples of the documentation, and checks links to files and names of tests. */
class DocumentationTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern JAVA = Pattern.compile("(?ms)^```java\\n(.*?)^```");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");
    private static final Pattern TEST_NAME = Pattern.compile("`(\\w+Test)(?:\\.(\\w+))?`");

    /** Context of the examples of a page: imported packages, and members of the enclosing class. */
    private record Page(List<String> packages, String members) {}

    private static final List<String> EVERYWHERE =
            List.of("io.heliograph", "io.heliograph.codec", "java.nio.file", "java.nio.file.attribute", "java.util");

    private static final Map<String, Page> PAGES = Map.of(
            "ipc.md",
            new Page(List.of("io.heliograph.ipc"), """
                            IpcServer server;
                            IpcClient client;
                            """),
            "socket.md",
            new Page(List.of("io.heliograph.socket", "io.heliograph.tls"), """
                            Socket socket;
                            """),
            "channel.md",
            new Page(List.of("io.heliograph.channel"), ""),
            "rpc.md",
            new Page(List.of("io.heliograph.rpc", "io.heliograph.web", "io.heliograph.http"), """
                            RpcServer rpcServer;
                            RpcClient rpcClient;
                            """),
            "exchange.md",
            new Page(
                    List.of(
                            "io.heliograph.exchange",
                            "io.heliograph.exchange.control",
                            "io.heliograph.exchange.presence",
                            "io.heliograph.frame",
                            "io.heliograph.transport"),
                    """
                            Exchange exchange;
                            EventLoop loop;
                            Subscriber subscriber;
                            Position lastSeen;
                            String randomName;
                            Object value;
                            String connectionId;
                            String user;
                            static void execute(Command command) {}
                            static Frame frameOf(Publication publication) { return null; }
                            static void answer(ChannelSubscription subscription, Throwable failure) {}
                            """),
            "hub.md",
            new Page(
                    List.of(
                            "io.heliograph.server",
                            "io.heliograph.exchange",
                            "io.heliograph.exchange.control",
                            "java.time"),
                    """
                            Hub hub;
                            record Sum(int a, int b) {}
                            record Login(String name, String password) {}
                            interface Users { Principal check(Login login); }
                            Users users;
                            interface Calculator { int sum(int a, int b); }
                            static class ExactCalculator implements Calculator {
                                public int sum(int a, int b) { return a + b; }
                            }
                            """),
            "realtime.md",
            new Page(
                    List.of(
                            "io.heliograph.realtime",
                            "io.heliograph.web",
                            "io.heliograph.http",
                            "io.heliograph.exchange",
                            "io.heliograph.tls",
                            "java.net"),
                    """
                            RealtimeServer server;
                            RealtimeClient client;
                            RealtimeSocket socket;
                            record News(String title) {}
                            record Transfer(String to, long amount) {}
                            record Login(String name, String password) {}
                            interface Bank { String move(Transfer transfer); }
                            interface Users { boolean check(Login login); }
                            interface Moderation {
                                java.util.concurrent.CompletionStage<Boolean> check(Payload data);
                            }
                            Bank bank;
                            Users users;
                            Moderation moderation;
                            abstract void show(News news);
                            """));

    @TestFactory
    Stream<DynamicTest> everyExampleCompiles() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path page : pages()) {
            Matcher example = JAVA.matcher(Files.readString(page));
            while (example.find()) {
                String code = example.group(1);
                String name =
                        ROOT.relativize(page) + ": " + code.lines().findFirst().orElse("");
                tests.add(DynamicTest.dynamicTest(
                        name, () -> assertThat(errorsOf(page, code)).isEmpty()));
            }
        }
        assertThat(tests).isNotEmpty();
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> everyLinkToAFileExists() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path page : pages()) {
            Matcher link = LINK.matcher(Files.readString(page));
            while (link.find()) {
                Path target = page.resolveSibling(link.group(1)).normalize();
                tests.add(DynamicTest.dynamicTest(
                        ROOT.relativize(page) + " -> " + link.group(1),
                        () -> assertThat(target).exists()));
            }
        }
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> everyNamedTestExists() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path page : pages()) {
            Matcher name = TEST_NAME.matcher(Files.readString(page));
            while (name.find()) {
                String type = name.group(1);
                String method = name.group(2);
                tests.add(DynamicTest.dynamicTest(ROOT.relativize(page) + ": " + name.group(), () -> {
                    List<Path> found = sources(type);
                    assertThat(found).as("source of " + type).isNotEmpty();
                    if (method != null) {
                        // Several modules may have a test class of this name.
                        StringBuilder all = new StringBuilder();
                        for (Path source : found) {
                            all.append(Files.readString(source));
                        }
                        assertThat(all).contains(" " + method + "(");
                    }
                }));
            }
        }
        return tests.stream();
    }

    @Test
    void exampleThatDoesNotCompileIsReported() {
        Path page = Path.of("ipc.md");
        assertThat(errorsOf(page, "server.fly();")).isNotEmpty();
        assertThat(errorsOf(page, "server.listen();")).isEmpty();
        assertThat(errorsOf(Path.of("socket.md"), "server.listen();")).isNotEmpty();
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>();
        for (Path folder : List.of(ROOT, ROOT.resolve("bench"), ROOT.resolve("docs"))) {
            try (Stream<Path> files = Files.walk(folder, folder.endsWith("docs") ? 3 : 1)) {
                files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
            }
        }
        return pages;
    }

    private static List<Path> sources(String type) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path tests : modules.map(module -> module.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .toList()) {
                try (Stream<Path> files = Files.walk(tests)) {
                    files.filter(file -> file.endsWith(type + ".java")).forEach(found::add);
                }
            }
        }
        return found;
    }

    /** Compiles an example of a page in {@link #PAGES} as a method body, any other example as a compilation unit. */
    private static List<String> errorsOf(Path file, String code) {
        Page page = PAGES.get(file.getFileName().toString());
        String source = page == null ? code : around(page, code);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        compiler.getTask(
                        null,
                        null,
                        found,
                        List.of(
                                "--release",
                                "21",
                                "-proc:none",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "-d",
                                output()),
                        null,
                        List.of(new Source(source)))
                .call();
        return found.getDiagnostics().stream()
                .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
                .map(diagnostic -> "line " + diagnostic.getLineNumber() + ": " + diagnostic.getMessage(Locale.ROOT))
                .toList();
    }

    private static String around(Page page, String code) {
        String packages = Stream.concat(EVERYWHERE.stream(), page.packages().stream())
                .map(name -> "import " + name + ".*;\n")
                .collect(Collectors.joining());
        Map<Boolean, List<String>> lines =
                code.lines().collect(Collectors.partitioningBy(line -> line.startsWith("import ")));
        return packages
                + "import java.time.Duration;\n"
                + String.join("\n", lines.get(true))
                + "\nabstract class Example {\n"
                + page.members()
                + "void example() throws Exception {\n"
                + String.join("\n", lines.get(false))
                + "\n}\n}\n";
    }

    private static String output() {
        try {
            return Files.createDirectories(Path.of("target", "examples")).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Source extends SimpleJavaFileObject {

        private final String text;

        Source(String text) {
            super(URI.create("string:///" + nameIn(text) + ".java"), Kind.SOURCE);
            this.text = text;
        }

        private static String nameIn(String text) {
            Matcher name = Pattern.compile("(?m)^(?:public |final |abstract )*class (\\w+)")
                    .matcher(text);
            return name.find() ? name.group(1) : "Example";
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
