/**
 * The macro that runs inside of LibreOffice and makes it a server: it looks for job files in a folder, does one after the
 * other and writes an answer for each. Jobs and answers are lines of text, as `libreoffice-job.ts` writes and reads
 * them. Basic, because it comes with LibreOffice on every system, and needs no socket.
 */

/** `folderUrl`: where jobs come and answers go, as a file URL. */
export const serveMacro = (folderUrl: string): string => macro.replace('FOLDER_URL', () => folderUrl);

const macro = `Option Explicit
Dim Files As Object
Dim Asked As String
Dim Stage As String

Sub Main
  Dim folder As String, number As Long, idle As Long, answer As String
  folder = "FOLDER_URL"
  Files = CreateUnoService("com.sun.star.ucb.SimpleFileAccess")
  WriteText(folder & "/ready", "ready")
  number = 1
  Do
    If FileExists(folder & "/" & number & ".job") Then
      ' No events while a document is open: a window for a comment would end the process where no windows are installed.
      EnableReschedule False
      answer = Work(folder & "/" & number & ".job")
      EnableReschedule True
      WriteText(folder & "/" & number & ".part", answer)
      Files.move(folder & "/" & number & ".part", folder & "/" & number & ".done")
      number = number + 1
      idle = 0
    ElseIf idle < 300 Then
      idle = idle + 1
      Wait 10
    Else
      Wait 50
    End If
  Loop
End Sub

Function Work(job As String) As String
  Dim reader As Object, document As Object, source As String, loading
  Asked = ""
  Stage = "load"
  On Error GoTo Failed
  reader = CreateUnoService("com.sun.star.io.TextInputStream")
  reader.setInputStream(Files.openFileRead(job))
  reader.setEncoding("UTF-8")
  source = reader.readLine()
  loading = ReadProperties(reader, 1)
  loading(0).Name = "InteractionHandler"
  loading(0).Value = CreateUnoListener("Ask_", "com.sun.star.task.XInteractionHandler")
  document = StarDesktop.loadComponentFromURL(source, "_blank", 0, loading)
  If IsNull(document) Then
    Work = "error" & Chr(10) & "load" & Chr(10) & Asked & Chr(10)
    reader.closeInput()
    Exit Function
  End If
  Stage = "store"
  Work = Convert(document, reader)
  reader.closeInput()
  document.close(True)
  Exit Function
Failed:
  Work = "error" & Chr(10) & Stage & Chr(10) & Asked & Chr(10) & Error$
  On Error Resume Next
  reader.closeInput()
  If Not IsNull(document) Then document.close(True)
End Function

Sub Ask_handle(request)
  Dim about, choices, i
  about = request.getRequest()
  Asked = Asked & Join(Split(Split(about.Dbg_Properties, ":")(0), Chr(10)), " ") & " "
  choices = request.getContinuations()
  For i = 0 To UBound(choices)
    If HasUnoInterfaces(choices(i), "com.sun.star.task.XInteractionAbort") Then choices(i).select()
  Next i
End Sub

Function Convert(document As Object, reader As Object) As String
  Dim verb As String, target As String, changes As String, frame As String
  changes = reader.readLine()
  If changes = "unhide" Then
    ShowSlides(document)
  ElseIf changes <> "keep" Then
    FinishChanges(document, changes)
  End If
  verb = reader.readLine()
  target = reader.readLine()
  If verb = "drawings" Then
    frame = reader.readLine()
    If frame = "cropped" Then Crop(document)
    Convert = StoreDrawings(document, target, reader)
    Exit Function
  End If
  If verb = "sheets" Then
    Convert = StoreSheets(document, target, reader)
    Exit Function
  End If
  If verb = "cropped" Then Crop(document)
  document.storeToURL(target, ReadProperties(reader, 0))
  Convert = "ok"
End Function

Sub ShowSlides(document As Object)
  Dim i As Long
  For i = 0 To document.DrawPages.Count - 1
    document.DrawPages.getByIndex(i).Visible = True
  Next i
End Sub

' Deleted text goes, inserted text becomes plain; or both are shown.
Sub FinishChanges(document As Object, changes As String)
  Dim dispatcher As Object
  If Not document.supportsService("com.sun.star.text.TextDocument") Then Exit Sub
  If Not document.Redlines.hasElements() Then Exit Sub
  If changes = "show" Then
    document.ShowChanges = True
  Else
    dispatcher = CreateUnoService("com.sun.star.frame.DispatchHelper")
    dispatcher.executeDispatch(document.CurrentController.Frame, ".uno:AcceptAllTrackedChanges", "", 0, Array())
  End If
End Sub

' A drawing that came alone is the page.
Sub Crop(document As Object)
  Dim page As Object, shape As Object, origin As New com.sun.star.awt.Point
  If document.DrawPages.Count <> 1 Then Exit Sub
  page = document.DrawPages.getByIndex(0)
  If page.Count <> 1 Then Exit Sub
  shape = page.getByIndex(0)
  page.BorderLeft = 0 : page.BorderRight = 0 : page.BorderTop = 0 : page.BorderBottom = 0
  page.Width = shape.Size.Width
  page.Height = shape.Size.Height
  shape.setPosition(origin)
End Sub

' Each page as a drawing of its own: 1 of 3 becomes page-1.
Function StoreDrawings(document As Object, target As String, reader As Object) As String
  Dim filter As String, wanted As String
  Dim pages As Object, page As Object, i As Long, count As Long, done As Long
  filter = reader.readLine()
  wanted = reader.readLine()
  pages = document.DrawPages
  count = pages.Count
  For i = 1 To count
    page = pages.getByIndex(i - 1)
    If IsWanted(i, wanted) And IsShown(page) Then
      StoreDrawing(page, target & i & "." & filter, filter)
      done = done + 1
    End If
  Next i
  If done = 0 Then
    StoreDrawings = "no-page" & Chr(10) & count
  Else
    StoreDrawings = "ok" & Chr(10) & count
  End If
End Function

' Each sheet as a file of its own: the first one is stored, so each moves to the front in its turn.
Function StoreSheets(document As Object, target As String, reader As Object) As String
  Dim ending As String, storing, names, i As Long
  ending = reader.readLine()
  storing = ReadProperties(reader, 0)
  names = document.Sheets.getElementNames()
  For i = 0 To UBound(names)
    If i > 0 Then document.Sheets.moveByName(names(i), 0)
    document.CurrentController.setActiveSheet(document.Sheets.getByIndex(0))
    document.storeToURL(target & (i + 1) & "." & ending, storing)
  Next i
  StoreSheets = "ok" & Chr(10) & (UBound(names) + 1)
End Function

Function IsShown(page As Object) As Boolean
  IsShown = True
  On Error Resume Next
  IsShown = page.Visible
End Function

' wanted: "all" or "1-3,5-5,7-".
Function IsWanted(number As Long, wanted As String) As Boolean
  Dim ranges, bounds, i
  IsWanted = (wanted = "all")
  If wanted = "all" Then Exit Function
  ranges = Split(wanted, ",")
  For i = 0 To UBound(ranges)
    bounds = Split(ranges(i), "-")
    If number >= CLng(bounds(0)) Then
      If bounds(1) = "" Then
        IsWanted = True
      ElseIf number <= CLng(bounds(1)) Then
        IsWanted = True
      End If
    End If
  Next i
End Function

Sub StoreDrawing(page As Object, target As String, filter As String)
  Dim exporter As Object, how(1) As New com.sun.star.beans.PropertyValue
  exporter = CreateUnoService("com.sun.star.drawing.GraphicExportFilter")
  exporter.setSourceDocument(page)
  how(0).Name = "URL" : how(0).Value = target
  how(1).Name = "FilterName" : how(1).Value = filter
  exporter.filter(how())
End Sub

' "extra": so many places in front are left empty.
Function ReadProperties(reader As Object, extra As Long)
  Dim count As Long, i As Long, kind As String, text As String
  count = CLng(reader.readLine()) + extra
  If count = 0 Then
    ReadProperties = Array()
    Exit Function
  End If
  Dim list(count - 1) As New com.sun.star.beans.PropertyValue
  For i = extra To count - 1
    list(i).Name = reader.readLine()
    kind = reader.readLine()
    If kind = "properties" Then
      list(i).Value = ReadProperties(reader, 0)
    Else
      text = reader.readLine()
      Select Case kind
        Case "boolean" : list(i).Value = (text = "true")
        Case "long" : list(i).Value = CLng(text)
        Case Else : list(i).Value = text
      End Select
    End If
  Next i
  ReadProperties = list()
End Function

Sub WriteText(url As String, text As String)
  Dim stream As Object, writer As Object
  stream = Files.openFileReadWrite(url)
  writer = CreateUnoService("com.sun.star.io.TextOutputStream")
  writer.setOutputStream(stream.getOutputStream())
  writer.setEncoding("UTF-8")
  writer.writeString(text)
  writer.closeOutput()
End Sub
`;
