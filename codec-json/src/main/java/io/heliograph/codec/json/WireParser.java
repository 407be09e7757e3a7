package io.heliograph.codec.json;

import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.TokenStreamContext;
import tools.jackson.core.io.IOContext;
import tools.jackson.core.json.UTF8StreamJsonParser;
import tools.jackson.core.sym.ByteQuadsCanonicalizer;

/**
 * Parser that reads an untyped integer as a {@code Long} where that is exact. Jackson's own setting for this rejects integers that do not
 * fit.
 *
 * <p>A {@linkplain #reusable reusable} parser reads several documents. The creation of a parser, with its buffers, contexts and names, takes
 * as long as the reading of a message of a hundred bytes.
 */
final class WireParser extends UTF8StreamJsonParser {

    private static final byte[] EMPTY = {};

    /** Maximum number of names in a reusable parser. A parser with more names is discarded, so that a peer cannot fill it. */
    private static final int MAX_NAMES = 200;

    private boolean reusable;

    WireParser(
            ObjectReadContext context,
            IOContext io,
            int streamReadFeatures,
            int formatReadFeatures,
            ByteQuadsCanonicalizer names,
            byte[] data,
            int start,
            int end) {
        super(context, io, streamReadFeatures, formatReadFeatures, null, names, data, start, end, 0, false);
    }

    @Override
    public Number getNumberValue() {
        Number value = super.getNumberValue();
        return value instanceof Integer ? Long.valueOf(value.longValue()) : value;
    }

    /** Makes the parser reusable: the end of a document no longer releases its buffers. */
    WireParser reusable() {
        reusable = true;
        return this;
    }

    /** Starts the next document. The parser must be reusable and at the end of the previous document. */
    WireParser begin(byte[] array, int offset, int length) {
        _closed = false;
        _inputBuffer = array;
        _inputPtr = offset;
        _inputEnd = offset + length;
        _currInputProcessed = -offset;
        _currInputRow = 1;
        _currInputRowStart = offset;
        _currToken = null;
        _lastClearedToken = null;
        _tokenIncomplete = false;
        _numTypesValid = 0;
        _nameCopied = false;
        _binaryValue = null;
        _streamReadContext.reset(TokenStreamContext.TYPE_ROOT, 1, 0);
        return this;
    }

    /** Releases the document. Returns whether the parser can be used again. */
    boolean end() {
        _inputBuffer = EMPTY;
        _inputPtr = 0;
        _inputEnd = 0;
        _binaryValue = null;
        _textBuffer.resetWithEmpty();
        return _streamReadContext.inRoot() && _symbols.size() <= MAX_NAMES;
    }

    @Override
    public void close() {
        if (reusable) {
            _closed = true;
            _inputPtr = _inputEnd;
        } else {
            super.close();
        }
    }
}
