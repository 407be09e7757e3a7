package io.heliograph.scan;

import static io.heliograph.internal.Check.positive;

import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import java.util.ArrayList;
import java.util.List;

/** Splits a JSON array into its elements without decoding them. */
public final class JsonElements {

    private JsonElements() {}

    /**
     * Validates a document of any kind, as {@link JsonEnvelope} does.
     *
     * @param maxDepth maximum nesting depth; must be positive
     * @throws CodecException if the document is not exactly one JSON value, or exceeds the limit
     */
    public static void check(Frame document, int maxDepth) {
        int offset = document.offset();
        new JsonGrammar(positive("maxDepth", maxDepth)).document(document.array(), offset, offset + document.length());
    }

    /**
     * Returns the elements of an array as slices of the document, which is validated as by {@link JsonEnvelope}.
     *
     * @param maxDepth maximum nesting depth of an element, including the array; must be positive
     * @param maxElements maximum number of elements; must be positive
     * @throws CodecException if the document is not one JSON array, or exceeds a limit
     */
    public static List<Frame> of(Frame document, int maxDepth, int maxElements) {
        JsonGrammar grammar = new JsonGrammar(positive("maxDepth", maxDepth));
        positive("maxElements", maxElements);
        int offset = document.offset();
        List<Frame> elements = new ArrayList<>();
        grammar.array(document.array(), offset, offset + document.length(), (from, to) -> {
            if (elements.size() == maxElements) {
                throw grammar.unexpected("at most " + maxElements + " elements", "one more element", from);
            }
            elements.add(document.slice(from - offset, to - from));
        });
        return elements;
    }
}
