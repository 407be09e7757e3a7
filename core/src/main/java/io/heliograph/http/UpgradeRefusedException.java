package io.heliograph.http;

import io.heliograph.HeliographException;

/** The server answered a request for a WebSocket with an ordinary response. No message was sent. */
public final class UpgradeRefusedException extends HeliographException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String body;

    /**
     * @param url the requested URL
     * @param status the status of the response
     * @param body the beginning of its body, at most 1024 characters
     */
    public UpgradeRefusedException(String url, int status, String body) {
        super(url + " refused the WebSocket with status " + status + (body.isEmpty() ? "" : ": " + body), null);
        this.status = status;
        this.body = body;
    }

    /** The status of the response, 3xx to 5xx, or another one but 101. */
    public int status() {
        return status;
    }

    @Override
    public boolean unsent() {
        return true;
    }

    /** The beginning of the body of the response, at most 1024 characters. */
    public String body() {
        return body;
    }
}
