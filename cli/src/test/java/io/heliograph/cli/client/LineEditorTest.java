package io.heliograph.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.testkit.Await;
import java.io.ByteArrayOutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jline.terminal.impl.ExternalTerminal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The edited line, with the keys of a person. */
class LineEditorTest {

    private final PipedOutputStream keys = new PipedOutputStream();
    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private LineEditor editor;
    private CompletableFuture<Void> ended;

    @BeforeEach
    void open() throws Exception {
        editor = new LineEditor(
                new ExternalTerminal("test", "ansi", new PipedInputStream(keys), screen, StandardCharsets.UTF_8),
                "helio> ",
                LineEditorTest::words);
        ended = editor.start(line -> {
            lines.add(line);
            return !line.equals("quit");
        });
    }

    @AfterEach
    void close() throws Exception {
        editor.close();
    }

    private void type(String text) throws Exception {
        keys.write(text.getBytes(StandardCharsets.UTF_8));
        keys.flush();
    }

    private static List<String> words(List<String> before) {
        return before.isEmpty() ? List.of("subscribe", "history") : List.of("chat/general");
    }

    private String line() throws Exception {
        return String.valueOf(lines.poll(10, TimeUnit.SECONDS));
    }

    @Test
    void lineIsEditedAndRepeated() throws Exception {
        type("pub newz\b\bws {\"a\":\"\\\\\"}\r");
        assertThat(line()).isEqualTo("pub news {\"a\":\"\\\\\"}");
        type("\u001b[A\r");
        assertThat(line()).isEqualTo("pub news {\"a\":\"\\\\\"}");
    }

    @Test
    void tabCompletesCommandAndName() throws Exception {
        type("sub\tch\t\r");
        assertThat(line()).isEqualTo("subscribe chat/general");
    }

    @Test
    void outputAppearsWhileLineIsTyped() throws Exception {
        type("pub ne");
        Awaitility.await().until(() -> screen.toString(StandardCharsets.UTF_8).contains("ne"));
        editor.output().write("12:00 message chat hello\n".getBytes(StandardCharsets.UTF_8));
        Awaitility.await().until(() -> screen.toString(StandardCharsets.UTF_8).contains("message chat hello"));
        type("ws 1\r");
        assertThat(line()).isEqualTo("pub news 1");
    }

    @Test
    void endOfInputEnds() throws Exception {
        type("\u0004");
        Await.value(ended);
    }

    @Test
    void lastLineEnds() throws Exception {
        type("\r  \rquit\r");
        Await.value(ended);
        assertThat(lines).containsExactly("quit");
    }
}
