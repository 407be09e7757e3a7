package io.heliograph.server.http;

import io.heliograph.codec.Codec;
import io.heliograph.exchange.Encoding;
import io.heliograph.exchange.Publication;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Encoder of server-sent events: {@code text/event-stream} of the HTML standard. */
final class ServerSentEvents {

    static final Frame COMMENT = Frame.utf8(":\n\n");

    /** Encoding of publications, which all streams share. */
    static final Encoding PUBLICATION = ServerSentEvents::publication;

    private static final int NO_LIMIT = Integer.MAX_VALUE - 8;

    private ServerSentEvents() {}

    /** A publication without data has empty data, which is no JSON document. */
    private static Frame publication(Publication publication) {
        return event(null, publication.position().toString(), publication.data().frame());
    }

    /**
     * Returns an event.
     *
     * @param name name of the event; null for {@code message}
     * @param id position, which a browser sends as {@code Last-Event-ID}; null to keep the previous one
     */
    static Frame event(@Nullable String name, @Nullable String id, Frame data) {
        FrameBuilder event = new FrameBuilder(NO_LIMIT);
        if (name != null) {
            event.writeAscii("event: ");
            event.write(line(name).getBytes(StandardCharsets.UTF_8));
            event.write('\n');
        }
        if (id != null) {
            event.writeAscii("id: " + id + "\n");
        }
        writeData(data, event);
        event.write('\n');
        return event.build();
    }

    /** Returns a name without line breaks. */
    private static String line(String name) {
        return name.replace('\n', ' ').replace('\r', ' ');
    }

    /** Appends data; each of its lines becomes a line of the event. A JSON document may contain line breaks between its values. */
    private static void writeData(Frame data, FrameBuilder event) {
        byte[] array = data.array();
        int end = data.offset() + data.length();
        int start = data.offset();
        for (int i = start; i < end; i++) {
            if (array[i] == '\n' || array[i] == '\r') {
                writeLine(array, start, i, event);
                if (array[i] == '\r' && i + 1 < end && array[i + 1] == '\n') {
                    i++;
                }
                start = i + 1;
            }
        }
        writeLine(array, start, end, event);
    }

    private static void writeLine(byte[] array, int start, int end, FrameBuilder event) {
        event.writeAscii("data: ");
        event.write(array, start, end - start);
        event.write('\n');
    }

    static Frame event(@Nullable String name, @Nullable String id, Codec codec, @Nullable Object data) {
        FrameBuilder encoded = new FrameBuilder(NO_LIMIT);
        codec.encode(data, encoded);
        return event(name, id, encoded.build());
    }
}
