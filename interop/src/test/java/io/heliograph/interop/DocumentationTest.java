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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

/** Compiles every Java example of the documentation, and looks up every file and test it names. */
class DocumentationTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern JAVA = Pattern.compile("(?ms)^```java\\n(.*?)^```");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");
    private static final Pattern TEST_NAME = Pattern.compile("`(\\w+Test)(?:\\.(\\w+))?`");

    /** What an example may take for granted. */
    @SuppressWarnings("InlineFormatString") // it reads better by itself
    private static final String AROUND =
            """
            import io.heliograph.*;
            import io.heliograph.channel.*;
            import io.heliograph.codec.*;
            import io.heliograph.event.*;
            import io.heliograph.ipc.*;
            import io.heliograph.socket.*;
            import io.heliograph.tls.*;
            import io.heliograph.rpc.*;
            import java.nio.file.*;
            import java.nio.file.attribute.*;
            import java.time.Duration;
            import java.util.*;
            %s
            abstract class Example {
                IpcServer server;
                IpcClient client;
                Socket socket;
                RpcServer rpcServer;
                RpcClient rpcClient;
                void example() throws Exception {
            %s
                }
            }
            """;

    @TestFactory
    Stream<DynamicTest> everyExampleCompiles() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path page : pages()) {
            Matcher example = JAVA.matcher(Files.readString(page));
            while (example.find()) {
                String code = example.group(1);
                String name = ROOT.relativize(page) + ": " + code.lines().findFirst().orElse("");
                tests.add(
                        DynamicTest.dynamicTest(name, () -> assertThat(errorsOf(code)).isEmpty()));
            }
        }
        assertThat(tests).isNotEmpty();
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> everyLinkToAFileLeadsSomewhere() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path page : pages()) {
            Matcher link = LINK.matcher(Files.readString(page));
            while (link.find()) {
                Path target = page.resolveSibling(link.group(1)).normalize();
                tests.add(
                        DynamicTest.dynamicTest(
                                ROOT.relativize(page) + " -> " + link.group(1),
                                () -> assertThat(target).exists()));
            }
        }
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> everyTestThatIsNamedExists() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path page : pages()) {
            Matcher name = TEST_NAME.matcher(Files.readString(page));
            while (name.find()) {
                String type = name.group(1);
                String method = name.group(2);
                tests.add(
                        DynamicTest.dynamicTest(
                                ROOT.relativize(page) + ": " + name.group(),
                                () -> {
                                    List<Path> found = sources(type);
                                    assertThat(found).as("source of " + type).isNotEmpty();
                                    if (method != null) {
                                        // Modules may have tests of one name.
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
    void anExampleThatDoesNotCompileIsNoticed() {
        assertThat(errorsOf("server.fly();")).isNotEmpty();
        assertThat(errorsOf("server.listen();")).isEmpty();
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>();
        for (Path folder :
                List.of(
                        ROOT,
                        ROOT.resolve("docs"),
                        ROOT.resolve("docs/adr"),
                        ROOT.resolve("bench"))) {
            try (Stream<Path> files = Files.list(folder)) {
                files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
            }
        }
        return pages;
    }

    private static List<Path> sources(String type) throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path tests :
                    modules.map(module -> module.resolve("src/test/java"))
                            .filter(Files::isDirectory)
                            .toList()) {
                try (Stream<Path> files = Files.walk(tests)) {
                    files.filter(file -> file.endsWith(type + ".java")).forEach(found::add);
                }
            }
        }
        return found;
    }

    /** A whole class is compiled as it is, anything else as the body of a method. */
    private static List<String> errorsOf(String code) {
        String source = code;
        if (!Pattern.compile("(?m)^(public |final )*class ").matcher(code).find()) {
            List<String> imports = code.lines().filter(line -> line.startsWith("import ")).toList();
            String body =
                    String.join(
                            "\n",
                            code.lines().filter(line -> !line.startsWith("import ")).toList());
            source = AROUND.formatted(String.join("\n", imports), body);
        }
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
                .map(diagnostic ->
                        "line "
                                + diagnostic.getLineNumber()
                                + ": "
                                + diagnostic.getMessage(Locale.ROOT))
                .toList();
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
            Matcher name =
                    Pattern.compile("(?m)^(?:public |final |abstract )*class (\\w+)").matcher(text);
            return name.find() ? name.group(1) : "Example";
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
