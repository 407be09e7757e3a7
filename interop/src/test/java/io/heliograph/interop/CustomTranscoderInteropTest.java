package io.heliograph.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.ipc.EncodeException;
import io.heliograph.ipc.IpcConnection;
import io.heliograph.ipc.Transcoder;
import io.heliograph.testkit.Checklist;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Custom transcoder at both ends: topic, tab, string, line feed. */
class CustomTranscoderInteropTest {

    private static final String TEXT = "tab\tline\nback\\slash, {\"no\":\"json\"}, w\u00f6rld\ud83d\ude00";

    private final AtomicInteger encoders = new AtomicInteger();
    private final AtomicInteger decoders = new AtomicInteger();

    @RegisterExtension
    final InteropScratch scratch = new InteropScratch();

    @Test
    @Checklist({"IPC 18", "IPC 19"})
    void serverWithTranscoderServesNpmClient() {
        RecordedServer server = scratch.server(scratch.path("s"), builder -> builder.transcoder(lines()));
        PeerProcess client = scratch.npmClient(scratch.path("s"), "transcoder", "lines");
        IpcConnection connected = server.awaitClient();

        client.command("send", "topic", "to\tpic", "message", TEXT);
        assertThat(server.awaitMessage("to\tpic").value()).isEqualTo(TEXT);

        connected.send("to\npic", TEXT);
        assertThat(client.awaitMessage("to\npic").get("message")).isEqualTo(TEXT);

        connected.disconnect();
        client.await("reconnect");
        server.awaitClient();
        assertThat(encoders).hasValue(1);
        assertThat(decoders).hasValue(2);
    }

    @Test
    @Checklist({"IPC 18", "IPC 19", "IPC 20"})
    void clientWithTranscoderUsesNpmServer() {
        PeerProcess server = scratch.npmServer(scratch.path("s"), "transcoder", "lines", "echo", true);
        RecordedClient client = scratch.client(scratch.path("s"), builder -> builder.transcoder(lines()));
        client.next("connect");

        client.client.send("topic", TEXT);
        assertThat(server.awaitMessage("topic").get("message")).isEqualTo(TEXT);
        assertThat(client.next("message").value()).isEqualTo(TEXT);

        assertThat(client.client.send("topic", 42)).isFalse();
        assertThat(client.next("error").error()).isInstanceOf(EncodeException.class);
        client.client.send("topic", "after");
        assertThat(client.next("message").value()).isEqualTo("after");
    }

    private Transcoder lines() {
        return Transcoder.text(
                StandardCharsets.UTF_8,
                () -> {
                    encoders.incrementAndGet();
                    return (topic, message) -> {
                        if (!(message instanceof String text)) {
                            throw new IllegalArgumentException("message: " + message);
                        }
                        return escape(topic) + "\t" + escape(text) + "\n";
                    };
                },
                () -> {
                    decoders.incrementAndGet();
                    return new LineDecoder();
                });
    }

    private static String escape(String text) {
        return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n");
    }

    private static String unescape(String text) {
        StringBuilder result = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                char escaped = text.charAt(++i);
                result.append(
                        switch (escaped) {
                            case 't' -> '\t';
                            case 'n' -> '\n';
                            default -> escaped;
                        });
            } else {
                result.append(c);
            }
        }
        return result.toString();
    }

    private static final class LineDecoder implements Transcoder.TextDecoder {

        private String rest = "";

        @Override
        public List<Transcoder.Decoded> decode(String chunk) {
            List<Transcoder.Decoded> messages = new ArrayList<>();
            String text = rest + chunk;
            int start = 0;
            for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
                int tab = text.indexOf('\t', start);
                messages.add(new Transcoder.Decoded(
                        unescape(text.substring(start, tab)), unescape(text.substring(tab + 1, end))));
                start = end + 1;
            }
            rest = text.substring(start);
            return messages;
        }
    }
}
