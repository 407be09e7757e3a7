package io.heliograph.transport.netty;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heliograph.ProtocolViolationException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameTooLongException;
import io.heliograph.websocket.MessageDeflate;
import io.heliograph.websocket.WebSocketDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Any bytes, in pieces of any size, are the same messages and then perhaps the same violation, and never more than the limit. As an
 * ordinary test it reads no more than an empty input; with JAZZER_FUZZ=1 it makes up others. The first byte of an input is the size
 * of the pieces, the second what was agreed upon.
 */
class WebSocketFuzzTest {

    private static final int LIMIT = 300;
    private static final MessageDeflate DEFLATE = new MessageDeflate(0, 6);

    @FuzzTest(maxDuration = "30s")
    void anyBytesAreMessagesOrOneViolation(byte[] input) {
        if (input.length < 2) {
            return;
        }
        byte[] stream = Arrays.copyOfRange(input, 2, input.length);
        List<String> whole = read(stream, Math.max(1, stream.length), input[1]);
        List<String> pieces = read(stream, Math.max(1, input[0] & 0xff), input[1]);
        if (!whole.equals(pieces)) {
            throw new AssertionError(whole + " is not " + pieces);
        }
    }

    private static List<String> read(byte[] stream, int piece, byte agreed) {
        Log log = new Log();
        WebSocketDecoder decoder = new WebSocketDecoder(
                (agreed & 1) != 0, LIMIT, (agreed & 2) != 0 ? DEFLATE : null, (agreed & 4) != 0, log);
        try {
            for (int at = 0; at < stream.length; at += piece) {
                byte[] chunk = Arrays.copyOfRange(stream, at, Math.min(stream.length, at + piece));
                decoder.read(Frame.of(chunk), log::message);
                if (decoder.buffered() > LIMIT + 1) {
                    throw new AssertionError(decoder.buffered() + " bytes are kept");
                }
            }
        } catch (ProtocolViolationException | FrameTooLongException violation) {
            log.lines.add("failed " + decoder.closeCode());
        } finally {
            decoder.release();
        }
        return log.lines;
    }

    private static final class Log implements WebSocketDecoder.Control {

        private final List<String> lines = new ArrayList<>();

        private boolean message(Frame frame) {
            if (frame.length() > LIMIT) {
                throw new AssertionError("message of " + frame.length());
            }
            lines.add(frame.isText() + " " + Arrays.toString(frame.toByteArray()));
            return true;
        }

        @Override
        public void ping(Frame payload) {
            lines.add("ping " + payload.utf8());
        }

        @Override
        public void pong(Frame payload) {
            lines.add("pong " + payload.utf8());
        }

        @Override
        public void peerCloses(int code, String text) {
            lines.add("close " + code + text);
        }
    }
}
