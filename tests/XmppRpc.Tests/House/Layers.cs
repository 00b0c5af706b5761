namespace XmppRpc.Tests.House;

/// <summary>The rooms of one assembly by level: a file uses its own room and the levels below.</summary>
/// <param name="Top">Types in the root folder that may use everything.</param>
/// <param name="Rows">Folders, the highest level first. All other files in the root folder are values at level 0, below every folder.</param>
internal sealed record Layers(string[] Top, params string[][] Rows)
{
    /// <summary>The room of a file, given by its path inside the project, or null for a folder that is not in the table.</summary>
    public Room? RoomOf(string path)
    {
        if (path.IndexOf('/', StringComparison.Ordinal) is var end and >= 0)
        {
            var folder = path[..end];
            var row = Array.FindIndex(Rows, row => row.Contains(folder, StringComparer.Ordinal));
            return row < 0 ? null : new Room(folder, Rows.Length - row);
        }
        return Top.Contains(path.Split('.')[0], StringComparer.Ordinal) ? new Room("the root's top", Rows.Length + 1) : new Room("the root's values", 0);
    }
}

/// <summary>A folder, or one of the two parts of the root folder.</summary>
internal sealed record Room(string Name, int Level)
{
    public bool MayUse(Room other) => this == other || other.Level < Level;
}
