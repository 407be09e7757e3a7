package io.heliograph.interop;

import org.jspecify.annotations.Nullable;

/** Client of the matrix whose protocol acknowledges publications and has an echo. */
final class EndPeer implements MatrixPeer, AutoCloseable {

    private final HubEnd end;

    EndPeer(HubEnd end) {
        this.end = end;
        end.begin(HubMatrixTest.CHANNEL);
    }

    @Override
    public void send(Content content) {
        end.publish(HubMatrixTest.CHANNEL, content == Content.ABSENT ? HubEnd.NONE : content.json);
    }

    @Override
    public void send(int number) {
        end.publish(HubMatrixTest.CHANNEL, String.valueOf(number));
    }

    @Override
    public @Nullable String sent(Content content) {
        return switch (content) {
            case ABSENT -> end.hasAbsence() ? "" : "null";
            case EXACT -> end.largeInteger();
            default -> content.json;
        };
    }

    @Override
    public @Nullable String received(String json) {
        if (json.equals(Content.EXACT.json)) {
            return end.largeInteger();
        }
        return json.isEmpty() ? (end.hasAbsence() ? HubEnd.NONE : "null") : end.seen(json);
    }

    @Override
    public boolean hasEcho() {
        return true;
    }

    @Override
    public String next() throws InterruptedException {
        return end.next();
    }

    @Override
    public void close() {
        end.close();
    }
}
