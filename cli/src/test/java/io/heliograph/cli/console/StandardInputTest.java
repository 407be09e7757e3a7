package io.heliograph.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.testkit.Await;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class StandardInputTest {

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final Terminal terminal = Terminal.of(
            InputStream.nullInputStream(),
            printed,
            printed,
            Terminal.Style.JSON,
            new CompletableFuture<>(),
            hangup -> {});
    private final EventPrinter printer = new EventPrinter(terminal, false, new OutputBudget(1 << 20));
    private final List<String> sent = new CopyOnWriteArrayList<>();

    private StandardInput<String> reader(String input, StandardInput.Sender<String> sender) {
        InputStream in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        return new StandardInput<>(
                in,
                100,
                printer,
                line -> {
                    if (line.equals("bad")) {
                        throw new InvalidInput("malformed");
                    }
                    return line;
                },
                sender);
    }

    @Test
    void linesAreSentWithTheirNumbers() {
        Await.value(reader("a\n\n \t\nb\nbad\nc", (line, number) -> sent.add(number + " " + line))
                .start());

        assertThat(sent).containsExactly("1 a", "4 b", "6 c");
        Await.value(terminal.out().drained());
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("\"message\":\"line 5: malformed\"")
                .hasLineCount(1);
    }

    @Test
    void stopEndsTheWaitOfALine() {
        CompletableFuture<Void> waiting = new CompletableFuture<>();
        Gate never = new Gate();
        StandardInput<String> reader = reader("a\nb\n", (line, number) -> {
            waiting.complete(null);
            never.await();
            sent.add(line);
        });
        CompletableFuture<Void> ended = reader.start();
        Await.value(waiting);
        assertThat(ended).isNotDone();

        reader.stop();

        Await.value(ended);
        assertThat(sent).isEmpty();
    }
}
