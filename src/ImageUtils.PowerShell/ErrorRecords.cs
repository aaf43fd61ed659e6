using System.Management.Automation;
using ImageUtils.Errors;
using ImageUtils.Services.Http;

namespace ImageUtils.PowerShell;

/// <summary>The one place where error records are made: id is the cause, category the kind, target the input.</summary>
internal static class ErrorRecords
{
    /// <summary>Makes the record of an exception.</summary>
    /// <param name="exception">What went wrong.</param>
    /// <param name="target">The input: a path as the user gave it, an image id.</param>
    /// <returns>The record; its category is never "not specified".</returns>
    public static ErrorRecord From(Exception exception, object? target)
    {
        (string id, ErrorCategory category) = exception switch
        {
            ImageUtilsException known => (known.ErrorId, CategoryOf(known.Kind)),
            UnauthorizedAccessException => ("AccessDenied", ErrorCategory.PermissionDenied),
            FileNotFoundException or DirectoryNotFoundException => ("PathNotFound", ErrorCategory.ObjectNotFound),
            SessionStateException => ("PathNotFound", ErrorCategory.ObjectNotFound),
            OperationCanceledException => ("Interrupted", ErrorCategory.OperationStopped),
            NotFileSystemPathException => ("PathNotFileSystem", ErrorCategory.InvalidArgument),
            ObjectDisposedException => ("InvalidArgument", ErrorCategory.InvalidArgument),
            IOException => ("InputOutputFailed", ErrorCategory.ReadError),
            ArgumentException => ("InvalidArgument", ErrorCategory.InvalidArgument),
            TimeoutException => ("TimedOut", ErrorCategory.OperationTimeout),
            NotSupportedException => ("NotSupported", ErrorCategory.NotImplemented),
            _ => ("UnexpectedFailure", ErrorCategory.InvalidResult),
        };
        ErrorRecord record = new(exception, id, category, Shown(target));
        if (exception is ImageUtilsException { RecommendedAction: { } action })
        {
            record.ErrorDetails = new ErrorDetails(exception.Message) { RecommendedAction = action };
        }

        return record;
    }

    // An address may hold a password, and error records end in logs.
    private static object? Shown(object? target) => target switch
    {
        string text => ShownAddress.Of(text),
        string[] texts => Array.ConvertAll(texts, ShownAddress.Of),
        _ => target,
    };

    private static ErrorCategory CategoryOf(ErrorKind kind) => Enum.Parse<ErrorCategory>(kind.ToString());
}
