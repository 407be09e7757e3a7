package io.heliograph.exchange;

import static io.heliograph.internal.Check.checkArgument;

/**
 * Idempotency key of a publication: a retry with the same id is not published twice.
 *
 * <p>The sequences of a publisher increase. Only a publication whose outcome is unknown is retried with its id; a publication that certainly
 * failed is retried with a new sequence.
 *
 * @param publisher random name of the publisher, which no other publisher can guess. For a publication: 22 to 64 characters of
 *     {@code A-Z a-z 0-9 _ -}.
 * @param sequence number of the publication, 0 or more
 */
public record PublicationId(String publisher, long sequence) {

    private static final int MIN_LENGTH = 22;
    private static final int MAX_LENGTH = 64;

    public PublicationId {
        if (publisher.isEmpty()) {
            checkArgument(false, "publisher: empty (expected: a non-empty string)");
        }
        if (sequence < 0) {
            checkArgument(false, "sequence: %d (expected: >= 0)", sequence);
        }
    }

    /** Whether the publisher has the form that a publication requires. */
    boolean isValid() {
        int length = publisher.length();
        return length >= MIN_LENGTH
                && length <= MAX_LENGTH
                && publisher
                        .chars()
                        .allMatch(c -> (c >= 'A' && c <= 'Z')
                                || (c >= 'a' && c <= 'z')
                                || (c >= '0' && c <= '9')
                                || c == '_'
                                || c == '-');
    }

    static IllegalArgumentException invalid() {
        return new IllegalArgumentException("publisher of a publication id (expected: " + MIN_LENGTH + " to "
                + MAX_LENGTH + " characters A-Z a-z 0-9 _ -)");
    }
}
